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

/** In the words of the request. */
const OFFICER_DECIDES = 'an officer approves or refuses';

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
      words: meant(step.failure.code, step.failure.words),
      since: step.since ?? status.since,
      ...triedOf(step),
      leavesByItself: true,
      endsBy: ['the next try that succeeds', ...endsBy(status, pending)],
      remedies,
    };
  }
  const lack = lackOfSettings(config, record, status);
  if (lack !== undefined) {
    const ends = endsBy(status, pending).filter((words) => words !== OFFICER_DECIDES);
    return { ...lack, since: status.since, endsBy: ends, remedies };
  }
  // A refused decision is not tried again by itself.
  const refused = status.stage === 'review' && status.cause !== undefined;
  return {
    state: refused ? 'attention' : status.underWay === undefined ? 'waiting' : 'under-way',
    ...(status.cause === undefined ? {} : { code: status.cause }),
    words: refused ? refusedWords(record, status) : status.words,
    since: status.underWay === undefined ? status.since : (step?.since ?? status.since),
    ...(refused ? {} : triedOf(step)), // a refused decision is not tried again; the step only reads
    leavesByItself: !refused,
    endsBy: endsBy(status, pending),
    remedies,
  };
}

/** A refused decision, and whose credentials must be corrected. */
function refusedWords({ registrationAuthority }: RequestRecord, { cause, words, events }: RequestStatus): string {
  if (cause !== 'CREDENTIALS_REFUSED') return words;
  const officer = events.findLast(({ what }) => what === 'decision-refused')?.actor?.id ?? 'ID';
  const setting = `registrationAuthorities.${registrationAuthority}.officers.${officer}`;
  return `${sentence(words)} Correct the credentials of ${setting}, or type them with --ask-password or --ask-pin. Then decide again.`;
}

/** What the provider's short answers mean. */
const MEANINGS: Partial<Record<FailureCode, string>> = {
  PROVIDER_BUSY: 'The provider, or something between us and it, is busy or has trouble',
  PROVIDER_NOT_FOUND: 'The provider does not know the request, or something that belongs to it',
};

function meant(code: FailureCode, words: string): string {
  const meaning = words.startsWith('HTTP ') ? MEANINGS[code] : undefined;
  return meaning === undefined ? words : `${meaning}: ${words}`;
}

function sentence(words: string): string {
  return /[.!?]$/.test(words) ? words : `${words}.`;
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
  // Only the read goes on while the step itself waits for a decision.
  const again = step?.step === name || leavesByItself ? triedOf(step).tried : undefined;
  const times = step?.failure === undefined ? tries : Math.max(step.tries, tries);
  return {
    state: leavesByItself && !PEOPLE_ACT.has(code) ? 'retrying' : 'attention',
    code: now?.code ?? code,
    words: [sentence(meant(now?.code ?? code, said)), ...named(record, facts), ...billing(record, code, name)].join(
      ' ',
    ),
    since,
    tried: { ...again, step: name, times },
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

/** A signature is created with the billing credentials alone. */
function billing({ flow, registrationAuthority }: RequestRecord, code: FailureCode, step: string): string[] {
  return flow === 'signature' && step === 'create' && code === 'CREDENTIALS_REFUSED'
    ? [`Check registrationAuthorities.${registrationAuthority}.billing in the settings, then retry.`]
    : [];
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
