import { type FailureCode, isFailureCode } from '../../messages/failures.js';
import type { IdentityWord } from '../../messages/identity.js';
import { withoutStop } from '../../messages/sentences.js';
import { ACCEPTED_WORDS, PEOPLE_STAGES, type RequestEvent, STAGE_WORDS } from '../../messages/status.js';
import type { RequestState } from './request-state.js';

/**
 * Where a request stands, in one or a few sentences without the last full stop: what is in the way, or what it waits for and what
 * came of the last try. Every screen and call shows these words.
 */
export function wordsOf(state: RequestState, deadline?: string): string {
  const { attention, stage } = state;
  if (attention === undefined) return waitingWords(state, deadline);
  const first = stage === 'archiving' ? `${STAGE_WORDS.archiving}. ` : '';
  return `${first}${attention.words}${againWords(state)}`;
}

/** Somebody has acted about the trouble, and what follows from it is carried out now. */
function againWords({ attention, isTriedAgain, underWay }: RequestState): string {
  if (isTriedAgain) return ' An operator has decided. It is carried out again now.';
  return attention?.awaits === 'people' && underWay !== undefined ? ` Carried out now: ${underWay}.` : '';
}

/** The code of what is in the way: trouble, an order that was refused, or something that is missing. */
export function causeOf(state: RequestState): FailureCode | undefined {
  const { attention, stage, missing = [] } = state;
  if (attention !== undefined) return attention.code;
  if (!PEOPLE_STAGES.has(stage)) return undefined;
  const lacking = stage === 'completing' ? missing.find((name) => isFailureCode(name)) : undefined;
  return refusedLast(state)?.code ?? lacking;
}

/** What the stage waits for, beside any trouble. */
export function waitingWords(state: RequestState, deadline?: string): string {
  const { stage, underWay } = state;
  if (!PEOPLE_STAGES.has(stage)) return STAGE_WORDS[stage];
  if (underWay !== undefined) return `being carried out at the provider: ${underWay}`;
  const facts = [
    stageWords(state),
    unlikeWords(state),
    refusedLast(state)?.words,
    missingWords(state),
    codeWords(state),
    providerWords(state),
    earlierWords(state),
    nearWords(state, deadline),
  ];
  return facts.filter((words) => words !== undefined).join('. ');
}

function stageWords({ stage, acceptedAt, approved }: RequestState): string {
  if (stage === 'acceptance' && acceptedAt !== undefined) return ACCEPTED_WORDS;
  if (stage === 'review' && approved) return 'approved. Waiting until the provider shows it';
  return STAGE_WORDS[stage];
}

const IDENTITY_WORDS: Record<Exclude<IdentityWord, 'as-expected'>, string> = {
  different: 'The document number is not the expected one',
  'not-shown': 'The provider shows no document number to compare with the expected one',
};

function unlikeWords({ stage, identity }: RequestState): string | undefined {
  return stage === 'review' && identity !== undefined && identity !== 'as-expected'
    ? IDENTITY_WORDS[identity]
    : undefined;
}

/** Events that say that an order did not take effect. */
const REFUSED_WORDS: Record<string, string> = {
  'data-refused': 'The data provided last was not accepted',
  'code-not-accepted': 'The last code was not accepted (wrong or expired)',
  'code-spent': 'The last code is spent: it was sent, did not sign, and is not sent again',
};

const REFUSED_CODES: Record<string, FailureCode> = {
  'code-not-accepted': 'CODE_NOT_ACCEPTED',
  'code-spent': 'CODE_SPENT',
};

/** The events that end such a refusal: the next try of the same order. */
const TRIED_AGAIN = new Set(['data-provided', 'code-sent', 'signed', 'declared']);

/** The newest refusal in this stage without a later try. */
function refusedLast({ events, since }: RequestState): { words: string; code: FailureCode } | undefined {
  const last = events.findLast(({ what }) => REFUSED_WORDS[what] !== undefined || TRIED_AGAIN.has(what));
  const words = last && REFUSED_WORDS[last.what];
  if (last === undefined || words === undefined || Date.parse(last.at) < since) return undefined;
  const code = REFUSED_CODES[last.what] ?? codeIn(last);
  const said = last.facts?.['words'];
  return { words: said === undefined ? words : `${words}: ${withoutStop(String(said))}`, code };
}

function codeIn({ facts }: RequestEvent): FailureCode {
  const code = String(facts?.['code'] ?? '');
  return isFailureCode(code) ? code : 'STEP_FAILED';
}

const LACK_WORDS: Record<string, string> = {
  DOCUMENTS_MISSING: 'a document that the provider needs for the approval',
  FIELDS_MISSING: 'a field that the provider needs for the approval',
};

function missingWords({ stage, missing = [] }: RequestState): string | undefined {
  if (stage !== 'completing' || missing.length === 0) return undefined;
  return `Missing: ${lackWords(missing)}`;
}

/** What is missing, in words. The provider names fields, and of documents it only says that they are missing. */
export function lackWords(missing: readonly string[]): string {
  return missing.map((name) => LACK_WORDS[name] ?? name).join(', ');
}

function codeWords({ stage, sentAt, notAccepted, request }: RequestState): string | undefined {
  if (stage !== 'code' || sentAt === undefined) return undefined;
  const resendFrom = new Date(Date.parse(sentAt) + request.policy.code.coolDown).toISOString();
  const count = notAccepted > 1 ? `. ${notAccepted} codes were not accepted` : '';
  return `The code was sent at ${sentAt}, the next can be requested from ${resendFrom}${count}`;
}

function providerWords({ stage, providerStatus }: RequestState): string | undefined {
  if (stage !== 'video' || providerStatus === undefined) return undefined;
  return providerStatus === 'VIDEOINCOMPLETE'
    ? 'The provider says VIDEOINCOMPLETE: the signer has not finished, or the provider is still processing'
    : `The provider says ${providerStatus}`;
}

/** An earlier video is paid, and another one is used. */
function earlierWords({ events, ids }: RequestState): string | undefined {
  const earlier = events.findLast(({ what }) => what === 'earlier-video-finished')?.facts?.['requestPk'];
  if (earlier === undefined || earlier === ids?.requestPk) return undefined;
  return `The signer has finished an earlier video too (request_pk ${String(earlier)}). It is paid, and not used here`;
}

/** There was a reminder, so the policy counts the deadline as near. */
function nearWords({ events }: RequestState, deadline: string | undefined): string | undefined {
  const near = events.some(
    ({ what, facts }) => deadline !== undefined && what === 'deadline-near' && facts?.['deadline'] === deadline,
  );
  return near ? `The deadline at ${deadline} is near` : undefined;
}
