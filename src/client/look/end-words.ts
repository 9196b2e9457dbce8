import type { ArchivedEvent } from '../../archive/archive.js';
import { EARLIER_VIDEO, LATE_CERTIFICATE } from '../../messages/feed.js';
import type { MissingFiles, Outcome, OutcomeKind } from '../../messages/outcome.js';
import { leftAtProvider } from '../left-words.js';
import { reasonWords } from '../../signatures/reasons.js';

/** Why a request ended, by the reason in the outcome. Reasons that people gave are shown as they are. */
const REASON_WORDS: Record<string, string> = {
  signed: 'the signer signed; the files are stored and verified',
  issued: 'the signer has picked up the certificate',
  'enroll-ready': 'the provider has e-mailed the signer the link to pick up the certificate',
  'video-deadline': 'the signer did not finish the video in time',
  'review-deadline': 'nobody decided about the video in time',
  'validation-deadline': "the provider's operator did not decide about the video in time",
  'completing-deadline': 'the missing data was not provided in time',
  'signing-deadline': 'the signer did not sign in time',
  'issuing-deadline': 'the signer did not pick up the certificate in time',
  'cancelled-at-provider': "it was cancelled in the provider's console",
  'cancelled-by-operator': 'an operator of ours cancelled it',
  'cancelled-by-requester': 'the requester cancelled it',
  'refused-at-provider': "it was refused or cancelled after the video, by the provider or in the provider's console",
  'wrong-phone': "the phone was not the signer's",
  'wrong-email': "the e-mail address was not the signer's",
  'wrong-person': 'it reached another person than the signer',
  'no-valid-document': 'the signer has no valid identity document',
  'video-not-possible': 'the signer cannot do the video',
  'gave-up': 'the signer gave up',
};

/** One or two sentences. @param lost files that were stored */
export function endWords(kind: OutcomeKind, reason: string, outcome: Outcome | undefined, lost?: MissingFiles): string {
  const why = kind === 'signed' && outcome ? signedWords(outcome, lost) : (REASON_WORDS[reason] ?? reason);
  const by = outcome === undefined ? '' : `, by ${[outcome.actor.kind, outcome.actor.id].filter(Boolean).join(' ')}`;
  const sentences = [`Ended ${kind}: ${why} (${reason}${by}).`];
  if (outcome !== undefined) sentences.push(...leftAtProvider(outcome));
  if (outcome?.missing !== undefined) sentences.push(missingWords(outcome.missing));
  else if (outcome?.cleanup === 'left') sentences.push(LEFT_WORDS);
  return sentences.join(' ');
}

const LEFT_WORDS = 'Nothing was deleted at the provider, which may have the only copies.';

function missingWords(missing: MissingFiles): string {
  return `Not here: ${filesIn(missing)}. ${LEFT_WORDS}`;
}

/** For files that were stored and are lost. The provider's copies were deleted. */
export function lostWords(lost: MissingFiles): string {
  return `Lost in the archive: ${filesIn(lost)}. Put them back from a newer copy of the archive, or ask those who got them.`;
}

function filesIn({ documents, contract }: MissingFiles): string {
  return [...documents.map((index) => `signed document ${index}`), ...(contract ? ['the signed contract'] : [])].join(
    ', ',
  );
}

/** Files that did not pass were accepted by a setting or an operator. */
function signedWords({ documents, missing }: Outcome, lost: MissingFiles | undefined): string {
  const stored = lost === undefined ? 'are stored' : 'were stored';
  const others = documents.filter(({ verification }) => verification.result !== 'passed');
  if (others.length === 0)
    return missing === undefined
      ? `the signer signed; the files ${stored} and verified`
      : 'the signer signed; an operator gave up on files that the provider did not give';
  const list = others.map(
    ({ index, verification: { result, reasons } }) => `document ${index}: ${result}, ${reasonWords(reasons)}`,
  );
  return `the signer signed; the files ${stored}, but these did not pass verification: ${list.join('; ')}`;
}

/** @param late the event that notes what the signer did after the end */
export function lateWords({ at, what, facts }: ArchivedEvent): string {
  if (what === EARLIER_VIDEO)
    return `The signer finished an earlier video after all (request_pk ${String(facts?.['requestPk'])}), which another one had replaced: at ${at} the provider said ${String(facts?.['status'])}.`;
  return what === LATE_CERTIFICATE
    ? `The certificate was issued before the request could be cancelled: at ${at} the provider said ${String(facts?.['status'])}.`
    : `The signer finished the video afterwards: at ${at} the provider said ${String(facts?.['status'])}.`;
}
