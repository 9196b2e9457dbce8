import type { RequestRecord } from '../../archive/request-record.js';
import type { FailureCode } from '../../messages/failures.js';
import { sentence } from '../../messages/sentences.js';
import type { Attention, Remedy, RequestStatus, Verb } from '../../messages/status.js';
import { type CommandPlace, newAttemptCommand, type RemedyCommand, remedyCommand, verbRemedies } from '../commands.js';
import { type Found, triedOf } from './cause.js';
import { placeOf } from './command-place.js';
import type { PendingWork } from './pending-work.js';

/**
 * What a running request waits for: attention, a step that fails within its budget, a step under way, or people.
 *
 * @param status as `seenHere` gives it
 */
export function runningCause(status: RequestStatus, pending: PendingWork): Omit<Found, 'remedies'> {
  const { attention, failing, endsBy, words, cause, since, underWay } = status;
  const [step] = pending.steps;
  if (attention !== undefined) return inAttention(status, attention, pending);
  if (failing !== undefined) {
    return {
      state: 'retrying',
      ...failing,
      ...triedOf(step),
      leavesByItself: true,
      endsBy: ['the next try that succeeds', ...endsBy],
    };
  }
  return {
    state: underWay === undefined ? 'waiting' : 'under-way',
    ...(cause === undefined ? {} : { code: cause }),
    words,
    since: underWay === undefined ? since : (step?.since ?? since),
    ...triedOf(step),
    leavesByItself: true,
    endsBy,
  };
}

function inAttention(
  { words, endsBy }: RequestStatus,
  { code, since, awaits, leavesByItself, step: name, tries }: Attention,
  { steps: [step] }: PendingWork,
): Omit<Found, 'remedies'> {
  // Only the read goes on while the step itself waits for a decision.
  const again = step?.step === name || leavesByItself ? triedOf(step).tried : undefined;
  const times = step?.failure === undefined ? tries : Math.max(step.tries, tries);
  return {
    state: awaits === 'next-try' ? 'retrying' : 'attention',
    code,
    words: sentence(words),
    since,
    ...(awaits === 'people' ? {} : { tried: { ...again, step: name, times } }),
    leavesByItself,
    endsBy,
  };
}

/** Verbs that help against a failure, in addition to its remedies. */
const HELPING: Partial<Record<FailureCode, readonly Verb[]>> = {
  PROVIDER_REFUSED: ['correct'],
  SIGNER_UNEXPECTED: ['identity', 'correct', 'approve', 'refuse'],
};
const DECIDING: readonly Verb[] = ['approve', 'refuse'];

/** The commands with which a person can go on now. */
export function remediesOf(record: RequestRecord, status: RequestStatus, names: CommandPlace): RemedyCommand[] {
  const remedies = ofRequest(record, status, names);
  if (status.callbacks === undefined) return remedies;
  const look = { words: 'see what to correct so that the callbacks arrive', command: 'videoid conditions' };
  return [...remedies, look];
}

function ofRequest(record: RequestRecord, status: RequestStatus, names: CommandPlace): RemedyCommand[] {
  const place = placeOf(status, names);
  const { attention, verbs, flow } = status;
  if (attention === undefined || attention.remedies.length === 0) return verbRemedies(verbs, place);
  const { code, remedies, facts, awaits } = attention;
  const typed = (remedy: Remedy) => remedyCommand(remedy, attention, place, flow);
  const helping = (HELPING[code] ?? (awaits === 'people' ? DECIDING : [])).filter((verb) => verbs.includes(verb));
  if (facts?.['document'] === undefined) return [...verbRemedies(helping, place), ...remedies.map(typed)];
  // The same document would be refused again, so the retry comes last.
  const others = remedies.filter((remedy) => remedy !== 'retry');
  return [...verbRemedies(helping, place), ...others.map(typed), anotherFile(record), typed('retry')];
}

function anotherFile({ flow, reference }: RequestRecord): RemedyCommand {
  return {
    words: 'after that: start again with another file. The video is done again, and the provider bills again',
    command: newAttemptCommand(flow, reference, { files: true }),
  };
}
