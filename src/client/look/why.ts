import { type Client, type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import type { RequestRecord } from '../../archive/request-record.js';
import type { Outage } from '../../messages/conditions.js';
import { defined } from '../../messages/defined.js';
import { VideoIdError } from '../../messages/failures.js';
import { withCallbacks } from './callbacks.js';
import { keysDiffer } from './keys-differ.js';
import { temporalFailure } from '../../temporal/calls.js';
import { DOCTOR } from '../commands.js';
import type { RequestAccess } from '../running/access.js';
import { type Found, notAhead, type Why } from './cause.js';
import { commandPlace } from './command-place.js';
import { isLasting } from './conditions.js';
import { endedCause } from './ended.js';
import { endedFromOutside, notInTemporal } from './not-running.js';
import { pendingWork } from './pending-work.js';
import { paused } from './paused.js';
import { lastRead, mayReadAnew, type Moment, readAnew } from './read-anew.js';
import { inOtherQueue } from './other-queue.js';
import { remediesOf, runningCause } from './running.js';
import { seenHere, withNextRead } from './seen-here.js';
import { silenceOf } from './silence.js';

/** Milliseconds. Whoever asks why must soon learn that Temporal itself is away. */
export const TEMPORAL_WITHIN = 4_000;

/** The parts of the client that are needed to find the cause. */
export type WhyPlace = Pick<RequestAccess, 'archive' | 'client' | 'config' | 'status' | 'temporal'>;

/**
 * Finds the true cause, even without a worker: from the archive, the request itself, and Temporal's data about its steps. Lets the
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
  if (outcome !== undefined) return await endedCause(place, record, outcome, await place.status(record));
  const description = await describe(client, record, until);
  const names = await commandPlace(place, record);
  if (description === undefined) return await notInTemporal(place, record, names);
  if (description.status.name === 'PAUSED')
    return { ...paused(description.startTime.toISOString()), remedies: [DOCTOR] };
  let moment: Moment;
  let late: boolean;
  try {
    ({ late, ...moment } = await newestMoment(place, record, description));
  } catch (error) {
    if (!(error instanceof VideoIdError)) throw error;
    if (error.code === 'REQUEST_ENDED') return endedFromOutside(description, names);
    return (
      keysDiffer(error, record, names) ??
      (await inOtherQueue(place, description, names)) ??
      (await silenceOf(client, error, description, names))
    );
  }
  const { pending } = moment;
  if (moment.status.stage === 'ended')
    return await endedCause(place, record, await archive.readOutcome(record), moment.status);
  const seen = withNextRead(seenHere(config, record, moment.status, pending), pending);
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

/** The outage of the request's Optimizer. A short one is only a reason to try again. */
async function lastingOutage(place: WhyPlace, record: RequestRecord): Promise<Outage | undefined> {
  const { archive } = place;
  const outage = await archive.notices.readOutage(record);
  const since = outage && notAhead(outage.since, archive);
  return outage && since && isLasting(place, since) ? { ...outage, since } : undefined;
}

/** Where the request stands after a new read of the provider. If none comes in time, where it stood before. */
async function newestMoment(
  place: WhyPlace,
  record: RequestRecord,
  description: WorkflowExecutionDescription,
): Promise<Moment & { late: boolean }> {
  const { client } = place;
  const status = await place.status(record);
  const before: Moment = { status, description, pending: await pendingWork(client, description) };
  if (!mayReadAnew(before, record, place.archive.now())) return { ...before, late: false };
  const read = await readAnew(client, before);
  return { status: await place.status(record), ...read, late: !read.came };
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
