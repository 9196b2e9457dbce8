import { IDENTITY_FIELDS } from '../../messages/request-fields.js';
import { DEFAULT_ASSUMPTIONS } from '../../uanataca/one-shot/assumptions.js';
import type { Exchange, FoundSetting } from '../file.js';
import {
  COMMON_CONCLUSIONS,
  type Conclude,
  because,
  confirmed,
  contradicted,
  liveStatus,
  notSeen,
  side,
  type Verdict,
  wordsListed,
  wrongStatus,
} from '../findings.js';
import { type Seen, fieldOf, is, isDone, refuses, sameWords, wordsOf } from '../seen.js';
import { DOCUMENT_CONCLUSIONS } from './document-conclusions.js';

const DEFAULTS = DEFAULT_ASSUMPTIONS;

/** The words that the settings list. */
function listOf(
  seen: Seen,
  name: 'wrongStatusTexts' | 'codeNotAcceptedTexts' | 'coolDownTexts' | 'alreadyIssuedTexts',
): readonly string[] {
  return seen.wordsAssumed(name, DEFAULTS[name]);
}

const isUnderstood = (exchange: Exchange | undefined): boolean =>
  isDone(exchange) || exchange?.outcome?.code === 'REQUEST_STATUS_REFUSED';

/** Calls that came too early or too late. */
const OUT_OF_TIME = [
  'contract-early',
  'code-early',
  'upload-early',
  'code-late',
  'refuse-early',
  'refuse-early-rao-id',
];

/** What a probe of the signature flow says about each assumption. */
export const SIGNATURE_CONCLUSIONS: Readonly<Record<string, Conclude>> = {
  ...COMMON_CONCLUSIONS,
  ...DOCUMENT_CONCLUSIONS,
  wrongStatusTexts: (seen) => wrongStatus(seen, OUT_OF_TIME, listOf(seen, 'wrongStatusTexts')),
  bareNotFound(seen) {
    const [unknown, nowhere] = [seen.last('read-unknown'), seen.last('unknown-path')];
    const isBare = unknown?.answer?.status === 404 && unknown.answer.read?.speaks !== true;
    if (isBare && seen.last('create') !== undefined) return contradicted(because(unknown, nowhere), 'not-there');
    if (!isBare && unknown?.outcome?.code === 'PROVIDER_NOT_FOUND') return confirmed(because(unknown), 'wrong-address');
    return notSeen(because(unknown, nowhere));
  },
  codeNotAcceptedTexts(seen) {
    const status = seen.note('code', 'status-after-wrong-code');
    const tried = seen.all('wrong-code');
    if (tried.some(refuses) && status !== 'ENROLLREADY' && status !== 'not shown') {
      return notSeen(`${because(...tried)}; after it the request shows ${String(status)}`);
    }
    return wordsListed(tried, is('not-accepted'), listOf(seen, 'codeNotAcceptedTexts'));
  },
  coolDownTexts(seen) {
    const tried = seen.all('code-again');
    if (tried.length > 0 && tried.every(is('sent')))
      return notSeen(`${because(...tried)}: a second code was sent at once`);
    const busy = tried.find(({ answer }) => answer?.status === 429);
    const listed = wordsListed(
      busy === undefined ? tried : [busy],
      is('sent-less-than-a-minute-ago'),
      listOf(seen, 'coolDownTexts'),
    );
    if (busy === undefined || listed.verdict === 'confirmed') return listed;
    const words = wordsOf(busy);
    return contradicted(because(busy), words === undefined ? undefined : [...listOf(seen, 'coolDownTexts'), words]);
  },
  alreadyIssuedTexts(seen) {
    const tried = seen.all('sign-again');
    const wrong = seen.last('wrong-code');
    const checksCodeFirst =
      tried.some(is('not-accepted')) || (wrong !== undefined && refuses(wrong) && sameWords(tried[0], wrong));
    if (checksCodeFirst) return notSeen(`${because(...tried)}: the code is checked first`);
    return wordsListed(tried, is('already-issued'), listOf(seen, 'alreadyIssuedTexts'));
  },
  billingPasswordEncoding: (seen) => createSide(seen, 'create-base64', 'billingPasswordEncoding'),
  refuseRaoField(seen) {
    const first = seen
      .all('refuse', 'refuse-early')
      .toSorted((one, two) => Number(isUnderstood(two)) - Number(isUnderstood(one)))[0];
    const other = seen.all('refuse-rao-id', 'refuse-early-rao-id').find(isUnderstood);
    const sent = seen.assumed('refuseRaoField') ?? DEFAULTS.refuseRaoField;
    if (other !== undefined) return side(sent === 'rao' ? 'rao_id' : 'rao', 'rao', because(first, other));
    if (isUnderstood(first)) return confirmed(because(first), sent);
    return notSeen(because(first, other));
  },
  extUnlockWithSecret(seen) {
    const [without, withSecret] = [seen.last('unlock-without-secret'), seen.last('unlock-with-secret')];
    if (without === undefined || withSecret === undefined) return notSeen(because(without, withSecret));
    const evidence = because(without, withSecret);
    const isSame = sameWords(without, withSecret) && without.answer?.status === withSecret.answer?.status;
    if (isSame) return confirmed(`${evidence}: both are refused alike`, 'as-given');
    if (mentionsSecret(without)) return contradicted(evidence, 'required');
    return is('not-accepted')(without) ? contradicted(evidence, 'never') : notSeen(evidence);
  },
  deleteOneAnswersGoneWith404(seen) {
    const again = seen.last('delete-again');
    if (again === undefined) return notSeen('nothing was deleted twice');
    if (again.outcome?.result === 'gone') return confirmed(because(again), true);
    if (isDone(again)) return notSeen(`${because(again)}: the second deletion succeeds, too`);
    return notSeen(because(again));
  },
  cancelByDelete(seen) {
    const cancelled = seen.last('cancel');
    if (cancelled === undefined) return notSeen('no request was cancelled');
    const [before, after] = [seen.note('third', 'status-after-refusal'), seen.note('third', 'status-after-cancel')];
    if (before === 'CANCELLED') return notSeen(`${because(cancelled)}; the refusal had cancelled it before`);
    if (isDone(cancelled) && after === 'CANCELLED') return contradicted(`${because(cancelled)}; then CANCELLED`, true);
    const isTold = isDone(cancelled) || refuses(cancelled);
    if (!isTold || after === undefined) return notSeen(because(cancelled));
    return confirmed(`${because(cancelled)}; then ${String(after)}`, false);
  },
  otpDeliveryMethod(seen) {
    const [first, other] = [seen.all('code')[0], seen.last('code-sms')];
    const assumed = seen.assumed('otpDeliveryMethod') ?? DEFAULTS.otpDeliveryMethod;
    if (isDone(other)) return side(assumed === 'omitted' ? 'sms' : 'omitted', 'omitted', because(first, other));
    return isDone(first) ? confirmed(because(first), assumed) : notSeen(because(first, other));
  },
  envInCreate: (seen) => createSide(seen, 'create-without-env', 'envInCreate'),
  identityShown: (seen) => identityShown(seen),
  identityCorrectable(seen) {
    const shown = seen.note('second-review', 'shown');
    const correctable = seen.note('second-review', 'correctable');
    if (!Array.isArray(shown) || !Array.isArray(correctable) || shown.length === 0)
      return notSeen('no request was corrected');
    const assumed = DEFAULTS.identityCorrectable.filter((name) => shown.includes(name));
    const isSame = assumed.length === correctable.length && assumed.every((name) => correctable.includes(name));
    const evidence = `get request showed ${shown.join(', ')}; an update changed ${correctable.length === 0 ? 'none of them' : correctable.join(', ')}`;
    return isSame ? confirmed(evidence, [...DEFAULTS.identityCorrectable]) : contradicted(evidence, correctable);
  },
  updateSendsBack(seen) {
    const left = seen.note('second-review', 'left-out');
    const updated = seen.last('update-required');
    if (left === 'emptied') return confirmed(`${because(updated)}; fields that it left out are empty after it`, 'all');
    const correctable = seen.note('second-review', 'correctable');
    // Fields that nobody can change stay, whatever an update leaves out.
    if (left === 'kept' && Array.isArray(correctable) && correctable.length === 0) return notSeen(because(updated));
    if (left === 'kept') return contradicted(`${because(updated)}; fields that it left out are kept`, 'required');
    return notSeen(because(updated));
  },
  videoidModeInCreate: (seen) => createSide(seen, 'create-with-mode', 'videoidModeInCreate'),
  requestShowsLiveStatus: liveStatus,
  createHasNoIdempotency(seen) {
    const [first, second] = [ids(seen, 'create'), ids(seen, 'second-create') ?? ids(seen, 'third-create')];
    if (first === undefined || second === undefined) return notSeen('only one request was created');
    return first === second
      ? contradicted('a second create with the same data gave the same request_pk')
      : confirmed('a second create with the same data gave another request_pk');
  },
  busyMeansNotDone(seen) {
    const busy = seen.every.filter(({ answer }) => answer?.status === 429);
    return notSeen(busy.length === 0 ? 'no 429 came' : because(...busy));
  },
  refusedCodeHasNoEffect(seen) {
    const wrong = seen.last('wrong-code');
    const status = seen.note('code', 'status-after-wrong-code');
    const isRefused = wrong !== undefined && (refuses(wrong) || is('not-accepted')(wrong));
    if (!isRefused || status === undefined || status === 'not shown') return notSeen(because(wrong));
    const evidence = `${because(wrong)}; then ${String(status)}`;
    return status === 'ENROLLREADY' ? confirmed(evidence) : contradicted(evidence);
  },
};

/** A side of create. The other one is tried because the first is refused. */
function createSide(
  seen: Seen,
  occasion: string,
  name: 'billingPasswordEncoding' | 'envInCreate' | 'videoidModeInCreate',
): Verdict {
  const creates = seen.all('create', 'create-base64', 'create-without-env', 'create-with-mode');
  const changed = seen.last(occasion);
  const assumed = seen.assumed(name) ?? DEFAULTS[name];
  // Two sides may have been needed together. The last create then carried both.
  const taken = seen.note('create', 'sides');
  const isTaken = isDone(changed) || (Array.isArray(taken) && taken.includes(name));
  if (isTaken) return side(otherThan(assumed), DEFAULTS[name], because(creates.find(refuses), changed));
  const done = creates.find(isDone);
  if (done === undefined) return notSeen(because(...creates));
  const sent = done.body?.type === 'object' ? done.body.fields : {};
  if (name === 'billingPasswordEncoding' && sent['billing_password'] === undefined)
    return notSeen('create carried no billing password');
  return confirmed(because(done), assumed);
}

function otherThan(assumed: FoundSetting): string | boolean {
  if (typeof assumed === 'boolean') return !assumed;
  return assumed === 'base64' ? 'plain' : 'base64';
}

function identityShown(seen: Seen): Verdict {
  const shownIn = new Set<string>();
  const seenIn = new Set<string>();
  for (const exchange of seen.all('read')) {
    const { body } = exchange.answer ?? {};
    const status = fieldOf(body, 'status');
    if (status?.type !== 'string' || status.is === undefined) continue;
    const now = status.is.toUpperCase();
    seenIn.add(now);
    const isShown = IDENTITY_FIELDS.some((name) => {
      const field = fieldOf(body, name);
      return field?.type === 'string' && (field.length ?? 0) > 0;
    });
    // A request whose video is being processed is VIDEOPENDING, too.
    const isBeforeVideo = exchange.step.endsWith('create');
    if (isShown && (now !== 'VIDEOPENDING' || isBeforeVideo)) shownIn.add(now);
  }
  const evidence = `get request showed fields of the signer in ${[...shownIn].join(', ') || 'no status'}; it was read in ${[...seenIn].join(', ')}`;
  if (!seenIn.has('VIDEOREVIEW') && !seenIn.has('ENROLLREADY')) return notSeen(evidence);
  if (shownIn.has('VIDEOPENDING')) return side('always', 'after-video', evidence);
  if (shownIn.has('VIDEOREVIEW')) return side('after-video', 'after-video', evidence);
  return side(
    shownIn.has('ENROLLREADY') || shownIn.has('ISSUED') ? 'after-approval' : 'never',
    'after-video',
    evidence,
  );
}

/** "Missing required parameter: 'secret'", or FastAPI's list with the field. */
function mentionsSecret({ answer }: Exchange): boolean {
  return answer?.status === 422 || (answer?.words?.is ?? '').startsWith('Missing');
}

/** The hash of the request's number in the answer of create. */
function ids(seen: Seen, step: string): string | undefined {
  const created = seen.every.find((each) => each.step === step && each.occasion.startsWith('create') && isDone(each));
  const pk = fieldOf(created?.answer?.body, 'request_pk');
  return pk?.type === 'number' || pk?.type === 'string' ? pk.hash : undefined;
}
