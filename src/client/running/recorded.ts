import { type Client, type WorkflowExecutionStatusName, WorkflowNotFoundError } from '@temporalio/client';
import type { Archive, AttemptKey } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import type { Config } from '../../config/schema.js';
import { VideoIdError } from '../../messages/failures.js';
import type { Flow } from '../../messages/request.js';
import { isSamePlace } from '../../messages/temporal-place.js';
import { CALL_WITHIN, temporalFailure } from '../../temporal/calls.js';
import type { OwnPlace } from '../../temporal/own-place.js';
import { isDeleted } from './attempts.js';
import { servedQueues } from './task-queues.js';

/** A request that has not ended in the archive, and that no worker of this Temporal can go on with. */
export interface RecordedRequest {
  reference: string;
  attempt: number;
  flow: Flow;
  workflowId: string;
  /** ISO 8601, UTC. */
  createdAt: string;
  /**
   * `not-in-temporal`: Temporal does not have it. `ended-from-outside`: somebody ended it there, without an outcome.
   * `ended-in-temporal`: Temporal knows its outcome, and the archive does not. `elsewhere`: it lives in another Temporal.
   * `other-queue`: it waits in another task queue than that of this process, and no worker serves that one.
   */
  state: 'not-in-temporal' | 'ended-from-outside' | 'ended-in-temporal' | 'elsewhere' | 'other-queue';
  /** Only with `other-queue`: the task queue in which it waits. */
  taskQueue?: string;
}

/** The event that notes an end that only Temporal knew, after an older copy of the archive was restored. */
export const OUTCOME_FROM_TEMPORAL = 'outcome-from-temporal';

/** Which recorded requests to look for, and how to follow the search. */
export interface RecordedOptions {
  flow?: Flow | undefined;
  /** Stops after so many. Default: 100. */
  limit?: number | undefined;
  /** How many references of how many were looked at. */
  onProgress?: ((looked: number, of: number) => void) | undefined;
}

/** What was found. */
export interface Recorded {
  requests: RecordedRequest[];
  /** How many references were looked at. */
  looked: number;
  /** False if the limit was reached before all were looked at. */
  complete: boolean;
}

interface Place {
  archive: Archive;
  client: Client;
  config: Config;
  temporal: OwnPlace;
}

/** Whether workers serve a task queue. */
type Served = (taskQueue: string) => Promise<boolean>;

/** How many references are looked at together. */
const AT_ONCE = 8;

const BOTH: readonly Flow[] = ['signature', 'enrolment'];

/**
 * Compares the archive with Temporal: the requests that have not ended and do not run. Only the latest attempt of a reference can be
 * one. Each reference costs a read in the archive. Temporal is asked only about those that have not ended.
 *
 * @throws VideoIdError BAD_INPUT, ARCHIVE_UNAVAILABLE, TEMPORAL_UNREACHABLE
 */
export async function findRecorded(place: Place, options: RecordedOptions): Promise<Recorded> {
  const { flow, limit = 100, onProgress } = options;
  if (!Number.isInteger(limit) || limit < 1) {
    throw new VideoIdError('BAD_INPUT', 'The limit is not a number of requests.', {
      field: 'limit',
      remedy: 'Give a whole number from 1.',
    });
  }
  const all: { flow: Flow; reference: string }[] = [];
  for (const each of flow === undefined ? BOTH : [flow]) {
    for (const reference of await place.archive.listReferences(each)) all.push({ flow: each, reference });
  }
  const requests: RecordedRequest[] = [];
  const served = servedQueues(place.client);
  let looked = 0;
  while (looked < all.length && requests.length < limit) {
    const some = all.slice(looked, looked + AT_ONCE);
    const found = await Promise.all(some.map((each) => look(place, served, each)));
    requests.push(...found.filter((each) => each !== undefined));
    looked += some.length;
    onProgress?.(looked, all.length);
  }
  return { requests: requests.slice(0, limit), looked, complete: looked >= all.length && requests.length <= limit };
}

async function look(
  place: Place,
  served: Served,
  { flow, reference }: { flow: Flow; reference: string },
): Promise<RecordedRequest | undefined> {
  const { archive } = place;
  const key = { flow, reference, attempt: await archive.latestAttempt(flow, reference) };
  if (await hasEnded(archive, key)) return undefined;
  const record = await archive.readRequest(key);
  const found = await stateOf(place, served, record);
  if (found === undefined) return undefined;
  const { workflowId, createdAt } = record;
  return { ...key, workflowId, createdAt, ...found };
}

async function hasEnded(archive: Archive, key: AttemptKey): Promise<boolean> {
  try {
    return (await archive.readOutcome(key)) !== undefined;
  } catch (error) {
    if (isDeleted(error)) return true;
    throw error;
  }
}

/** Undefined if it runs here. */
async function stateOf(
  { archive, client, config, temporal }: Place,
  served: Served,
  record: RequestRecord,
): Promise<Pick<RecordedRequest, 'state' | 'taskQueue'> | undefined> {
  const lives = await archive.readPlace(record);
  if (lives !== undefined && !isSamePlace(lives, await temporal.known())) return { state: 'elsewhere' };
  try {
    const { status, taskQueue } = await client.withDeadline(Date.now() + CALL_WITHIN, () =>
      client.workflow.getHandle(record.workflowId).describe(),
    );
    const state = STATES[status.name];
    if (state !== undefined) return { state };
    const own = taskQueue === config.temporal.taskQueue;
    return own || (await served(taskQueue)) ? undefined : { state: 'other-queue', taskQueue };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { state: 'not-in-temporal' };
    throw temporalFailure(error);
  }
}

const STATES: Partial<Record<WorkflowExecutionStatusName, RecordedRequest['state']>> = {
  COMPLETED: 'ended-in-temporal',
  FAILED: 'ended-from-outside',
  CANCELLED: 'ended-from-outside',
  TERMINATED: 'ended-from-outside',
  TIMED_OUT: 'ended-from-outside',
};
