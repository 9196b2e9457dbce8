import { type Client, type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import type { Archive } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import { defined } from '../../messages/defined.js';
import { type FailureCode, VideoIdError } from '../../messages/failures.js';
import { LATE_WORDS } from '../../messages/feed.js';
import type { Flow } from '../../messages/request.js';
import type { Outcome } from '../../messages/outcome.js';
import { CLEANUP_REFUSED, type RequestStatus, type Verb } from '../../messages/status.js';
import { remediesAfterEnd } from './after-end.js';
import { type CommandPlace, remedyCommand, resumeCommand, startCommand, verbRemedy } from '../commands.js';
import { withCallbacks } from './callbacks.js';
import { keysDiffer } from './keys-differ.js';
import { type PendingWork, pendingWork } from './pending-work.js';
import type { RequestAccess } from '../running/access.js';
import { CALL_WITHIN, temporalFailure } from '../../temporal/calls.js';
import { type Found, notAhead, triedOf, type Why } from './cause.js';
import { silenceOf } from './silence.js';
import { waitOf } from './wait.js';
import { endWords, lateWords, refusedCleanupWords } from './end-words.js';

/** The parts of the client that are needed to find the cause. */
export type WhyPlace = Pick<RequestAccess, 'archive' | 'client' | 'config' | 'status'>;

/**
 * Finds the true cause, even without a worker: from the archive, the request itself, and Temporal's data about its steps.
 *
 * @throws VideoIdError TEMPORAL_UNREACHABLE, ARCHIVE_NOT_SHARED, ARCHIVE_UNAVAILABLE
 */
export async function whyOf(place: WhyPlace, record: RequestRecord): Promise<Why> {
  const { reference, attempt, workflowId } = record;
  const found = await cause(place, record);
  return { reference, attempt, workflowId, ...found, since: notAhead(found.since, place.archive) };
}

async function cause(place: WhyPlace, record: RequestRecord): Promise<Found> {
  const { archive, client } = place;
  const outcome = await archive.readOutcome(record);
  if (outcome !== undefined) return await ended(archive, record, outcome);
  const description = await describe(client, record);
  const names = await commandPlace(place, record);
  if (description === undefined) return notStarted(record, names);
  let status: RequestStatus;
  try {
    status = await place.status(record);
  } catch (error) {
    if (!(error instanceof VideoIdError)) throw error;
    if (error.code === 'REQUEST_ENDED') return endedFromOutside(record, error, description);
    return keysDiffer(error, record, names) ?? (await silenceOf(client, error, description, names));
  }
  if (status.stage === 'ended') return await ended(archive, record, await archive.readOutcome(record), status);
  const pending = await pendingWork(client, description);
  const outage = await archive.notices.readOutage(record);
  const found = running(status, pending, { ...names, coolDown: record.policy.code.coolDown });
  return {
    ...(await withCallbacks(found, archive, record)),
    ...defined({ outage: outage && { ...outage, since: notAhead(outage.since, archive) } }),
  };
}

async function describe(client: Client, record: RequestRecord): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await client.withDeadline(Date.now() + CALL_WITHIN, () =>
      client.workflow.getHandle(record.workflowId).describe(),
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw temporalFailure(error, { remedy: 'Check that Temporal runs and that `videoid doctor` reaches it.' });
  }
}

async function commandPlace({ archive, config }: WhyPlace, record: RequestRecord): Promise<CommandPlace> {
  const { flow, reference, attempt, registrationAuthority: authority } = record;
  const other: Flow = flow === 'signature' ? 'enrolment' : 'signature';
  const officers = config.registrationAuthorities[authority]?.officers ?? {};
  return {
    reference,
    attempt,
    latest: (await archive.latestAttempt(flow, reference)) === attempt,
    officer: Object.keys(officers)[0],
    flow: (await archive.latestAttempt(other, reference)) > 0 ? flow : undefined,
  };
}

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

/** The cause: attention, a step that fails within its budget, or the normal wait of the stage. */
function running(status: RequestStatus, pending: PendingWork, names: CommandPlace & { coolDown: number }): Found {
  const { attention } = status;
  const [step] = pending.steps;
  const endsBy = [...status.endsBy, ...(step?.step === 'watch' && step.nextTry ? [nextRead(step.nextTry)] : [])];
  if (attention !== undefined) {
    const { code, since, leavesByItself, remedies, facts } = attention;
    // While the step keeps trying, its failure may have changed since the attention began.
    const now = leavesByItself && step?.failure?.code !== code ? step?.failure : undefined;
    const tries = step?.failure === undefined ? attention.tries : Math.max(step.tries, attention.tries);
    const helping = (HELPING[code] ?? []).filter((verb) => status.verbs.includes(verb));
    return {
      state: leavesByItself && !PEOPLE_ACT.has(code) ? 'retrying' : 'attention',
      code: now?.code ?? code,
      words: now === undefined ? status.words : status.words.replace(attention.words, () => now.words),
      since,
      tried: { ...triedOf(step).tried, step: attention.step, times: tries },
      leavesByItself,
      endsBy,
      remedies: [
        ...helping.map((verb) => verbRemedy(verb, placeOf(status, names))),
        ...remedies.map((remedy) => remedyCommand(remedy, code, names, status.flow, facts)),
      ],
    };
  }
  const place = placeOf(status, names);
  const remedies = status.verbs.map((verb) => verbRemedy(verb, place));
  if (step?.failure !== undefined) {
    return {
      state: 'retrying',
      ...step.failure,
      since: step.since ?? status.since,
      ...triedOf(step),
      leavesByItself: true,
      endsBy: ['the next try that succeeds', ...endsBy],
      remedies,
    };
  }
  return {
    state: 'waiting',
    ...waitOf(status, names.coolDown),
    since: status.since,
    ...triedOf(step),
    leavesByItself: true,
    endsBy,
    remedies,
  };
}

/** The arguments of a command for this request. */
function placeOf({ missing, identity, stage }: RequestStatus, names: CommandPlace): CommandPlace {
  return { ...names, missing, identity, afterVideo: stage === 'review', codeOut: stage === 'code' };
}

function nextRead(at: string): string {
  return `a callback of the provider, or the next read of the request at ${at}`;
}

async function ended(
  archive: Archive,
  record: RequestRecord,
  outcome: Outcome | undefined,
  status?: RequestStatus,
): Promise<Found> {
  const { kind, reason } = outcome
    ? { kind: outcome.outcome, reason: outcome.reason }
    : (status?.outcome ?? UNKNOWN_END);
  const events = await archive.events(record);
  const late = events.find(({ what }) => LATE_WORDS.some((word) => word === what));
  const refused = events.findLast(({ what }) => what === CLEANUP_REFUSED);
  const pending = outcome?.cleanup === 'pending';
  return {
    state: 'ended',
    words: [
      endWords(kind, reason, outcome),
      ...(late === undefined ? [] : [lateWords(late)]),
      ...(pending && refused ? [refusedCleanupWords(refused)] : []),
    ].join(' '),
    since: outcome?.at ?? status?.since ?? '',
    leavesByItself: !pending,
    endsBy: pending ? ['deleting at the provider goes on by itself until it is done'] : [],
    remedies: await remediesAfterEnd(archive, record, { kind, reason, open: outcome?.leftOpen === true && !pending }),
  };
}

const UNKNOWN_END = { kind: 'cancelled', reason: '' } as const;

function endedFromOutside(
  record: RequestRecord,
  { message, remedy, code }: VideoIdError,
  description: WorkflowExecutionDescription,
): Found {
  return {
    state: 'ended',
    code,
    words: `${message} ${remedy ?? ''}`.trim(),
    since: (description.closeTime ?? description.startTime).toISOString(),
    leavesByItself: false,
    endsBy: [],
    remedies: [{ words: 'start anew, with another reference', command: startCommand(record) }],
  };
}

function notStarted({ createdAt }: RequestRecord, names: CommandPlace): Found {
  return {
    state: 'not-started',
    code: 'REQUEST_NOT_FOUND',
    words:
      'The request is recorded, but Temporal does not know it: the start was interrupted, or Temporal lost its data.',
    since: createdAt,
    leavesByItself: false,
    endsBy: ['the same start again, which creates no second one'],
    remedies: [{ words: 'start the recorded request; this creates no second one', command: resumeCommand(names) }],
  };
}
