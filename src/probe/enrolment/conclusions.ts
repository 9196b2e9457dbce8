import { DEFAULT_REGISTRATION_AUTHORITY_ASSUMPTIONS as DEFAULTS } from '../../uanataca/registration-authority/assumptions.js';
import type { Exchange } from '../file.js';
import {
  COMMON_CONCLUSIONS,
  type Conclude,
  type Verdict,
  because,
  confirmed,
  contradicted,
  isInWords,
  liveStatus,
  notSeen,
  side,
  wordsListed,
  wrongStatus,
} from '../findings.js';
import { type Seen, has, isDone, refuses, sameWords, succeeded } from '../seen.js';

/** Calls that came too early or too late. */
const OUT_OF_TIME = [
  'declaration-early',
  'contract-early',
  'preauthlink-early',
  'missing-early',
  'missing-late',
  'update-late',
  'cancel-again',
  'refuse-early',
];

/** What a probe of the enrolment flow says about each assumption. */
export const ENROLMENT_CONCLUSIONS: Readonly<Record<string, Conclude>> = {
  ...COMMON_CONCLUSIONS,
  wrongStatusTexts(seen) {
    // Words that only one call is refused with may be about its form.
    const tried = seen.all(...OUT_OF_TIME);
    const alike = tried.filter((each) =>
      tried.some((other) => other.occasion !== each.occasion && sameWords(each, other)),
    );
    const occasions = alike.length === 0 ? ['cancel-again'] : alike.map(({ occasion }) => occasion);
    return wrongStatus(seen, occasions, seen.wordsAssumed('wrongStatusTexts', DEFAULTS.wrongStatusTexts));
  },
  raoAsString(seen) {
    const first = seen.all('declaration', 'approve').find(isDone);
    const other = seen.last('declaration-rao-number', 'approve-rao-number');
    const refused = seen.all('declaration', 'approve').find(refuses);
    const sent = (seen.assumed('raoAsString') ?? DEFAULTS.raoAsString) === true;
    if (isDone(other)) return side(!sent, DEFAULTS.raoAsString, because(refused, other));
    if (first !== undefined) return confirmed(because(first), sent);
    return notSeen(because(refused, other));
  },
  bareNotFound: (seen) => bareNotFound(seen),
  noScratchcardTexts(seen) {
    const tried = seen.all('first-unused', 'first-unused-again');
    const last = seen.last('first-unused');
    const understood = tried.find(has('NO_SCRATCHCARD_LEFT'));
    if (understood !== undefined) return confirmed(because(understood));
    // Without permission, nobody knows whether there are cards.
    if (last === undefined || isDone(last) || has('CREDENTIALS_REFUSED')(last)) return notSeen(because(...tried));
    const listed = seen.wordsAssumed('noScratchcardTexts', DEFAULTS.noScratchcardTexts);
    return wordsListed([last], has('NO_SCRATCHCARD_LEFT'), listed, isInWords);
  },
  scratchcardUsedTexts: (seen) =>
    wordsListed(
      seen.all('create-again'),
      has('SCRATCHCARD_USED'),
      seen.wordsAssumed('scratchcardUsedTexts', DEFAULTS.scratchcardUsedTexts),
      isInWords,
    ),
  scratchcardList(seen) {
    const [before, after] = [seen.note('scratchcard', 'listed'), seen.note('create', 'listed')];
    if (typeof before !== 'number' || typeof after !== 'number')
      return notSeen('the list of cards was not counted twice');
    const evidence = `the list had ${before} cards before the create, and ${after} after it`;
    if (after === before) return confirmed(evidence, 'all');
    return after < before ? contradicted(evidence, 'unused') : notSeen(evidence);
  },
  updateSendsBack(seen) {
    const [first, all] = [
      seen.last('update', 'update-without-mode'),
      doneOf(seen, 'update-all', 'update-all-without-mode'),
    ];
    if (all !== undefined) return contradicted(because(first, all), 'all');
    const done = doneOf(seen, 'update', 'update-without-mode');
    if (done === undefined) return notSeen(because(first));
    if (seen.note('fields', 'video-fields') === 'emptied')
      return contradicted(`${because(done)}; fields from the video are empty after it`, 'all');
    const required = seen.last('update-required');
    const left = seen.note('fields', 'left-out');
    if (left === 'emptied')
      return confirmed(`${because(required)}; fields that it left out are empty after it`, 'all-but-video');
    if (left === 'kept') return contradicted(`${because(required)}; fields that it left out are kept`, 'required');
    return notSeen(because(done, required));
  },
  videoidModeInUpdate(seen) {
    const [without, other] = [seen.last('update-without-mode', 'update-all-without-mode'), seen.last('update')];
    const withMode = doneOf(seen, 'update', 'update-all');
    if (withMode !== undefined) return confirmed(because(withMode, without), true);
    return isDone(without) ? contradicted(because(other, without), false) : notSeen(because(other, without));
  },
  evidenceMethod(seen) {
    const [post, put] = [seen.last('evidence-post'), seen.last('evidence-put')];
    if (isTaken(post)) return confirmed(because(post, put), 'POST');
    return isTaken(put) ? contradicted(because(post, put), 'PUT') : notSeen(because(post, put));
  },
  contractFrom: (seen) => contractFrom(seen),
  generatedContract(seen) {
    const [latin1, utf8] = [seen.last('contract-generate-latin1'), seen.last('contract-generate-utf8')];
    const evidence = because(latin1, utf8);
    const [asBytes, asUtf8] = [seen.note('paperwork', 'latin1'), seen.note('paperwork', 'utf8')];
    if (asUtf8 === SAME && asBytes !== SAME) return contradicted(`${evidence}; ${SAME} as UTF-8`, 'utf8');
    if (asBytes !== undefined) return confirmed(`${evidence}; ${String(asBytes)}`, 'latin1');
    if (asUtf8 !== undefined) return contradicted(`${evidence}; ${String(asUtf8)} as UTF-8`, 'utf8');
    return latin1?.answer?.status === 200
      ? contradicted(`${evidence}; the text is no whole PDF in either encoding`)
      : notSeen(evidence);
  },
  receiptInApprove(seen) {
    const [first, other] = [seen.last('approve'), seen.last('approve-receipt')];
    if (isDone(other)) return contradicted(because(first, other), true);
    return isDone(first) ? confirmed(because(first), false) : notSeen(because(first, other));
  },
  requestHasOneScratchcard: (seen) => requestHasOneScratchcard(seen),
  scratchcardKeepsItsSecrets(seen) {
    const again = seen.note('approve', 'secrets-read-again');
    const approval = seen.note('approve', 'secrets-of-approval');
    const evidence = because(
      seen.last('card'),
      doneOf(seen, 'approve', 'approve-receipt', 'approve-rao-number'),
      seen.last('card-after'),
    );
    if (again === 'other' || approval === 'other') return contradicted(`${evidence}; the secrets differ`);
    return again === 'same' && approval === 'same' ? confirmed(`${evidence}; the same secrets`) : notSeen(evidence);
  },
  evidenceIsListed(seen) {
    const list = seen.last('documents');
    const isListed = seen.note('evidence', 'listed');
    if (isListed === undefined) return notSeen(because(list));
    return isListed === true ? confirmed(because(list)) : contradicted(`${because(list)}; it lacks the evidence`);
  },
  evidenceMayBeUploadedAgain(seen) {
    const again = seen.last('evidence-again');
    if (again === undefined) return notSeen('nothing was uploaded twice');
    if (refuses(again)) return contradicted(because(again));
    const approved = doneOf(seen, 'approve', 'approve-receipt', 'approve-rao-number');
    const isReady = approved !== undefined || seen.notes('statuses').some(({ step }) => step === 'approve');
    return isTaken(again) && isReady ? confirmed(because(again, approved)) : notSeen(because(again));
  },
  declarationMayBeGeneratedAgain(seen) {
    const [first, again] = [seen.last('declaration', 'declaration-rao-number'), seen.last('declaration-again')];
    const request = seen.note('paperwork', 'request');
    if (!isDone(again) || request === undefined) return notSeen(because(first, again));
    const evidence = `${because(first, again)}; the request is ${request === 'same' ? 'the same' : 'another'} after it`;
    return request === 'same' ? confirmed(evidence) : contradicted(evidence);
  },
  statusIsLive: liveStatus,
  linkGoesByMail(seen) {
    const [video, certificate] = [seen.note('ready', 'mail: video'), seen.note('ready', 'mail: certificate')];
    const told = `the link to the video ${came(video)}; the link to the certificate ${came(certificate)}`;
    if (video === false || certificate === false) return contradicted(told);
    return video === true && certificate === true ? confirmed(told) : notSeen(told);
  },
};

/** The answer may have other fields than documented. */
function isTaken(exchange: Exchange | undefined): boolean {
  return exchange !== undefined && succeeded(exchange);
}

const SAME = 'the same contract';

function came(mail: unknown): string {
  if (mail === undefined) return 'was not asked for';
  return mail === true ? 'came by e-mail' : 'did not come';
}

function doneOf(seen: Seen, ...occasions: readonly string[]): Exchange | undefined {
  return seen.all(...occasions).find(isDone);
}

function isBare(exchange: Exchange | undefined): boolean {
  return exchange?.answer?.status === 404 && exchange.answer.read?.speaks !== true;
}

function inJson(exchange: Exchange | undefined): boolean {
  return exchange?.answer?.form === 'json';
}

function bareNotFound(seen: Seen): Verdict {
  const [unknown, nowhere] = [seen.last('read-unknown'), seen.last('unknown-path')];
  const evidence = because(unknown, nowhere);
  // A request that does not exist, at an address that serves others.
  const isServed = seen.all('first-unused', 'list').some(isDone);
  if (isBare(unknown) && inJson(unknown)) {
    return isBare(nowhere) && inJson(nowhere)
      ? notSeen(`${evidence}: a wrong address is answered in the same way`)
      : confirmed(evidence, 'wrong-address-unless-json');
  }
  if (isBare(unknown)) return isServed ? contradicted(evidence, 'not-there') : notSeen(evidence);
  if (isBare(nowhere) && inJson(nowhere))
    return contradicted(`${evidence}: in JSON it means a wrong address`, 'wrong-address');
  return isBare(nowhere) && unknown?.outcome?.code === 'PROVIDER_NOT_FOUND'
    ? confirmed(`${evidence}: a request that does not exist has words of its own`, 'wrong-address-unless-json')
    : notSeen(evidence);
}

/** The product goes on to the next way if one is refused. */
function contractFrom(seen: Seen): Verdict {
  const ways = { json: seen.last('contract-json'), form: seen.last('contract-form') };
  const generated = doneOf(seen, 'contract-generate-latin1', 'contract-generate-utf8');
  const evidence = because(ways.json, ways.form, generated);
  if (isDone(ways.json) || (generated !== undefined && !isDone(ways.form)))
    return confirmed(evidence, [...DEFAULTS.contractFrom]);
  if (isDone(ways.form)) return contradicted(evidence, ['form', ...(generated === undefined ? [] : ['generate'])]);
  return notSeen(evidence);
}

function requestHasOneScratchcard(seen: Seen): Verdict {
  const [found, again] = [seen.last('find', 'find-in-doubt'), seen.last('create-again')];
  const evidence = because(found, again);
  const isThere = [seen.note('create', 'find: there'), seen.note('create', 'find-in-doubt: there')];
  const requests = seen.note('create', 'requests-of-card') ?? 1;
  if (isDone(again) || requests !== 1) return contradicted(`${evidence}: more than one request has the card`);
  if (found !== undefined && !isThere.includes(true))
    return contradicted(`${evidence}: the list does not find the request by its card`);
  return isThere.includes(true) && again !== undefined && refuses(again)
    ? confirmed(`${evidence}; found after ${String(seen.note('create', 'find: after') ?? 0)} ms`)
    : notSeen(evidence);
}
