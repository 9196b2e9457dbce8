import type { RequestRecord } from '../../archive/request-record.js';
import type { Config } from '../../config/schema.js';
import type { FailureCode } from '../../messages/failures.js';
import type { Attention, RequestStatus, Verb } from '../../messages/status.js';
import { type CommandPlace, newAttemptCommand, type RemedyCommand, remedyCommand, verbRemedies } from '../commands.js';
import { type Found, triedOf } from './cause.js';
import { placeOf } from './command-place.js';
import type { PendingWork } from './pending-work.js';
import { paused } from './paused.js';
import { lackOfSettings } from './settings-lack.js';

/** These end when somebody acts at the provider, or decides. A retry does not help. */
const PEOPLE_ACT = new Set<FailureCode>([
  'VIDEO_FAILED',
  'APPROVAL_INCOMPLETE',
  'STATUS_UNEXPECTED',
  'SIGNER_UNEXPECTED',
]);

/** Verbs that help against a failure, in addition to its remedies. */
const HELPING: Partial<Record<FailureCode, readonly Verb[]>> = {
  PROVIDER_REFUSED: ['correct'],
  SIGNER_UNEXPECTED: ['identity', 'correct', 'approve', 'refuse'],
};

/** What a running request waits for: attention, a step that fails within its budget, a step under way, or people. */
export function runningCause(
  config: Config,
  record: RequestRecord,
  status: RequestStatus,
  pending: PendingWork,
  names: CommandPlace,
): Found {
  const remedies = remediesOf(record, status, names);
  if (pending.steps.some((step) => step.paused)) return { ...paused('a step of the request', status.since), remedies };
  if (status.attention !== undefined) return { ...inAttention(record, status, status.attention, pending), remedies };
  const [step] = pending.steps;
  if (step?.failure !== undefined) {
    return {
      state: 'retrying',
      ...step.failure,
      since: step.since ?? status.since,
      ...triedOf(step),
      leavesByItself: true,
      endsBy: ['the next try that succeeds', ...endsBy(status, pending)],
      remedies,
    };
  }
  const lack = lackOfSettings(config, record, status);
  if (lack !== undefined) return { ...lack, since: status.since, endsBy: endsBy(status, pending), remedies };
  // A refused decision is not tried again by itself.
  const refused = status.stage === 'review' && status.cause !== undefined;
  return {
    state: refused ? 'attention' : status.underWay === undefined ? 'waiting' : 'under-way',
    ...(status.cause === undefined ? {} : { code: status.cause }),
    words: status.words,
    since: status.underWay === undefined ? status.since : (step?.since ?? status.since),
    ...triedOf(step),
    leavesByItself: !refused,
    endsBy: endsBy(status, pending),
    remedies,
  };
}

function inAttention(
  record: RequestRecord,
  status: RequestStatus,
  { code, words, since, leavesByItself, step: name, tries, facts }: Attention,
  pending: PendingWork,
): Omit<Found, 'remedies'> {
  const [step] = pending.steps;
  // While the step keeps trying, its failure may have changed since the attention began.
  const now = leavesByItself && step?.failure?.code !== code ? step?.failure : undefined;
  const said = now === undefined ? status.words : status.words.replace(words, () => now.words);
  const times = step?.failure === undefined ? tries : Math.max(step.tries, tries);
  return {
    state: leavesByItself && !PEOPLE_ACT.has(code) ? 'retrying' : 'attention',
    code: now?.code ?? code,
    words: [said, ...named(record, facts)].join(' '),
    since,
    tried: { ...triedOf(step).tried, step: name, times },
    leavesByItself,
    endsBy: endsBy(status, pending),
  };
}

/** The commands with which a person can go on now. */
export function remediesOf(record: RequestRecord, status: RequestStatus, names: CommandPlace): RemedyCommand[] {
  const place = placeOf(status, names);
  const { attention, verbs, flow } = status;
  if (attention === undefined) return verbRemedies(verbs, place);
  const { code, remedies, facts } = attention;
  const helping = (HELPING[code] ?? []).filter((verb) => verbs.includes(verb));
  const commands = remedies.map((remedy) => remedyCommand(remedy, code, place, flow, facts));
  const [retry, ...others] = commands;
  // The same document would be refused again, so the retry comes last.
  const sorted = facts?.['document'] === undefined || !retry ? commands : [...others, anotherFile(record), retry];
  return [...verbRemedies(helping, place), ...sorted];
}

/** The name of the document that the words are about. Only the archive has it. */
function named({ documents }: RequestRecord, facts: Attention['facts']): string[] {
  const found = documents.find(({ index }) => index === facts?.['document']);
  return found === undefined ? [] : [`Document ${found.index} is "${found.name}".`];
}

function anotherFile({ flow, reference }: RequestRecord): RemedyCommand {
  return {
    words: 'after that: start again with another file. The video is done again, and the provider bills again',
    command: newAttemptCommand(flow, reference, { files: true }),
  };
}

function endsBy({ endsBy: ends }: RequestStatus, { steps: [step] }: PendingWork): string[] {
  if (step?.step !== 'watch' || step.nextTry === undefined) return ends;
  return [...ends, `a callback of the provider, or the next read of the request at ${step.nextTry}`];
}
