import { defined } from '../../messages/defined.js';
import { type FailureCode, isFailureCode } from '../../messages/failures.js';
import type { RequestEvent, RequestStatus } from '../../messages/status.js';

/**
 * What a request waits for, in words, with other known facts. With a code if an order to end the wait was refused.
 *
 * @param coolDown milliseconds between two codes
 */
export function waitOf(status: RequestStatus, coolDown: number): { words: string; code?: FailureCode } {
  const refused = refusedLast(status);
  const beside = [
    refused?.words,
    ...missingWords(status),
    ...codeWords(status, coolDown),
    ...providerWords(status),
    // There was a reminder, so the policy counts the deadline as near.
    ...(status.events.some(({ what, facts }) => what === 'deadline-near' && facts?.['deadline'] === status.deadline)
      ? [`the deadline at ${status.deadline} is near`]
      : []),
  ].filter((words) => words !== undefined);
  const code = refused?.code ?? lackOf(status);
  return { words: [status.words, ...beside].join('; '), ...defined({ code }) };
}

const REFUSED_WORDS: Record<string, string> = {
  'decision-refused': "the officer's last decision was not taken",
  'data-refused': 'the data provided last was not accepted',
  'code-not-accepted': 'the last code was not accepted (wrong or expired)',
  'code-spent': 'the last code is spent: it was sent, did not sign, and is not sent again',
};

const REFUSED_CODES: Record<string, FailureCode> = {
  'code-not-accepted': 'CODE_NOT_ACCEPTED',
  'code-spent': 'CODE_SPENT',
};

/** The events that end such a refusal: the next try of the same order. */
const TRIED_AGAIN = new Set(['approved', 'refused', 'data-provided', 'code-sent', 'signed', 'declared']);

/** The newest refusal without a later try. */
function refusedLast({ events }: RequestStatus): { words: string; code: FailureCode } | undefined {
  const last = events.findLast(({ what }) => REFUSED_WORDS[what] !== undefined || TRIED_AGAIN.has(what));
  const words = last && REFUSED_WORDS[last.what];
  if (last === undefined || words === undefined) return undefined;
  const code = REFUSED_CODES[last.what] ?? codeIn(last);
  const said = last.facts?.['words'];
  return { words: said === undefined ? words : `${words}: ${String(said)}`, code };
}

function codeIn({ facts }: RequestEvent): FailureCode {
  const code = String(facts?.['code'] ?? '');
  return isFailureCode(code) ? code : 'STEP_FAILED';
}

const LACK_WORDS: Record<string, string> = {
  DOCUMENTS_MISSING: 'a document that the provider needs for the approval',
  FIELDS_MISSING: 'a field that the provider needs for the approval',
};

function missingWords({ stage, missing = [] }: RequestStatus): string[] {
  if (stage !== 'completing' || missing.length === 0) return [];
  return [`missing: ${missing.map((name) => LACK_WORDS[name] ?? name).join(', ')}`];
}

/** What the provider still needed at the approval. */
function lackOf({ stage, missing = [] }: RequestStatus): FailureCode | undefined {
  return stage === 'completing' ? missing.filter(isFailureCode)[0] : undefined;
}

function codeWords({ stage, code: { sentAt, notAccepted } }: RequestStatus, coolDown: number): string[] {
  if (stage !== 'code' || sentAt === undefined) return [];
  const resendFrom = new Date(Date.parse(sentAt) + coolDown).toISOString();
  return [
    `the code was sent at ${sentAt}, the next can be requested from ${resendFrom}`,
    ...(notAccepted > 1 ? [`${notAccepted} codes were not accepted`] : []),
  ];
}

function providerWords({ stage, provider: { status } }: RequestStatus): string[] {
  if (stage !== 'video' || status === undefined) return [];
  return status === 'VIDEOINCOMPLETE'
    ? ['the provider says VIDEOINCOMPLETE: the signer has not finished, or the provider is still processing']
    : [`the provider says ${status}`];
}
