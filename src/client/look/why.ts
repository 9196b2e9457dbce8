import { type Client, type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import type { Archive } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import type { Outage } from '../../messages/conditions.js';
import { defined } from '../../messages/defined.js';
import { VideoIdError } from '../../messages/failures.js';
import type { RequestStatus } from '../../messages/status.js';
import { withCallbacks } from './callbacks.js';
import { keysDiffer } from './keys-differ.js';
import { CALL_WITHIN, temporalFailure } from '../../temporal/calls.js';
import { type CommandPlace, DOCTOR } from '../commands.js';
import { findExecution, lookUntil, recordedStatus, type RequestAccess } from '../running/access.js';
import { type Found, notAhead, type Why } from './cause.js';
import { commandPlace } from './command-place.js';
import { isLasting } from './conditions.js';
import { endedCause } from './ended.js';
import { endedFromOutside, notInTemporal } from './not-running.js';
import { pendingWork } from './pending-work.js';
import { paused } from './paused.js';
import { lastRead, mayReadAnew, type Moment, readAnew, untilTaken } from './read-anew.js';
import { remediesOf, runningCause } from './running.js';
import { seenHere, withNextRead } from './seen-here.js';
import { silenceOf } from './silence.js';

/** Milliseconds. Whoever asks why must soon learn that Temporal itself is away. */
export const TEMPORAL_WITHIN = 4_000;
/** Milliseconds. What a read has found is in the archive a moment later. */
const ROW_WITHIN = 500;

/** The parts of the client that are needed to find the cause. */
export type WhyPlace = Pick<RequestAccess, 'archive' | 'client' | 'clock' | 'config' | 'temporal'>;

/**
 * Finds the true cause, even without a worker: from the archive, and from Temporal's data about its steps. Lets the
 * request read the provider first, if it can.
 *
 * @param until when Temporal must have answered for the first time, milliseconds since 1970
 * @throws VideoIdError TEMPORAL_UNREACHABLE, ARCHIVE_NOT_SHARED, ARCHIVE_UNAVAILABLE
 */
export async function whyOf(
  place: WhyPlace,
  record: RequestRecord,
  until = Date.now() + TEMPORAL_WITHIN,
): Promise<Why> {
  const { reference, attempt, workflowId, metadata } = record;
  const found = await cause(place, record, until);
  return {
    reference,
    attempt,
    workflowId,
    ...defined({ metadata }),
    ...found,
    since: notAhead(found.since, place.archive),
  };
}

async function cause(place: WhyPlace, record: RequestRecord, until: number): Promise<Found> {
  const { archive, client, config } = place;
  const outcome = await archive.readOutcome(record);
  if (outcome !== undefined)
    return await endedCause(place, record, outcome, (await recordedStatus(archive, record)).status);
  const description = await describe(client, record, until);
  const names = await commandPlace(place, record);
  if (description === undefined) return await notInTemporal(place, record, names);
  if (description.status.name === 'PAUSED')
    return { ...paused(description.startTime.toISOString()), remedies: [DOCTOR] };
  if (description.status.name !== 'RUNNING') return await closedCause(place, record, description, names);
  const before: Moment = {
    ...(await recordedStatus(archive, record)),
    description,
    pending: await pendingWork(client, description),
  };
  const silence = await silenceOf(place, before, names);
  if (silence !== undefined) return silence;
  const { late, ...moment } = await newestMoment(place, record, before);
  const silent = late ? await silenceOf(place, moment, names) : undefined;
  if (silent !== undefined) return silent;
  if (moment.status.stage === 'ended')
    return await endedCause(place, record, await archive.readOutcome(record), moment.status);
  const { pending } = moment;
  const seen = withNextRead(seenHere(config, record, moment.status, moment), pending);
  const status = await withCallbacks(seen, archive, record);
  const outage = await lastingOutage(place, record);
  return {
    ...runningCause(status, pending),
    remedies: remediesOf(record, status, names),
    ...defined({
      provider: providerOf(moment, late),
      outage,
    }),
  };
}

/** It has ended in Temporal, and the archive has no outcome: somebody ended it there, or an older copy of the archive was restored. */
async function closedCause(
  place: WhyPlace,
  record: RequestRecord,
  description: WorkflowExecutionDescription,
  names: CommandPlace,
): Promise<Found> {
  const { archive, client } = place;
  try {
    const { outcome } = await client.withDeadline(Date.now() + CALL_WITHIN, () =>
      findExecution(client, record.workflowId),
    );
    const { status } = await recordedStatus(archive, record, outcome);
    return await endedCause(place, record, await archive.readOutcome(record), status);
  } catch (error) {
    if (!(error instanceof VideoIdError)) throw temporalFailure(error);
    if (error.code === 'REQUEST_ENDED') return endedFromOutside(description, names);
    const differing = keysDiffer(error, record, names);
    if (differing === undefined) throw error;
    return differing;
  }
}

/** The outage of the request's Optimizer. A short one is only a reason to try again. */
async function lastingOutage(place: WhyPlace, record: RequestRecord): Promise<Outage | undefined> {
  const { archive } = place;
  const outage = await archive.notices.readOutage(record);
  const since = outage && notAhead(outage.since, archive);
  return outage && since && isLasting(place, since) ? { ...outage, since } : undefined;
}

/** Where the request stands after a new read of the provider. If none comes in time, where it stood before. */
async function newestMoment(
  { archive, client }: WhyPlace,
  record: RequestRecord,
  before: Moment,
): Promise<Moment & { late: boolean }> {
  if (!mayReadAnew(before, record, archive.now())) return { ...before, late: false };
  const { came, news, ...read } = await readAnew(client, before);
  if (news) await newerRow(archive, record, before.status);
  const seen = came ? read : await taken(client, read, () => archive.now());
  return { ...(await recordedStatus(archive, record)), ...seen, late: !came };
}

/** A read that does not come may wait for a worker, or for the provider. */
async function taken(
  client: Client,
  read: Pick<Moment, 'description' | 'pending'>,
  now: () => number,
): Promise<Pick<Moment, 'description' | 'pending'>> {
  try {
    return await client.withDeadline(Date.now() + CALL_WITHIN, () => untilTaken(client, read, now));
  } catch (error) {
    throw temporalFailure(error);
  }
}

/** Waits a moment until the archive has what the read has found. */
async function newerRow(archive: Archive, record: RequestRecord, { asOf, event }: RequestStatus): Promise<void> {
  const look = async (): Promise<true | undefined> => {
    const { status } = await recordedStatus(archive, record);
    return status.asOf !== asOf || status.event !== event ? true : undefined;
  };
  await lookUntil(archive, record, look, { within: ROW_WITHIN });
}

function providerOf(moment: Moment, late: boolean): Found['provider'] {
  const readAt = lastRead(moment);
  if (readAt === undefined) return undefined;
  return { readAt, ...defined({ status: moment.status.provider.status }), ...(late ? { newerAwaited: true } : {}) };
}

async function describe(
  client: Client,
  record: RequestRecord,
  until: number,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    const soon = Math.max(until, Date.now() + 1_000); // the archive may have been slow
    return await client.withDeadline(soon, () => client.workflow.getHandle(record.workflowId).describe());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw temporalFailure(error, { remedy: 'Check that Temporal runs and that `videoid doctor` reaches it.' });
  }
}
