import { type Client, type WorkflowExecutionStatusName, WorkflowNotFoundError } from '@temporalio/client';
import type { Archive } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import { VideoIdError } from '../../messages/failures.js';
import type { Flow } from '../../messages/request.js';
import { isSamePlace } from '../../messages/temporal-place.js';
import { CALL_WITHIN, temporalFailure } from '../../temporal/calls.js';
import type { OwnPlace } from '../../temporal/own-place.js';

/** A request that has not ended in the archive, and does not run in this Temporal. */
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
   */
  state: 'not-in-temporal' | 'ended-from-outside' | 'ended-in-temporal' | 'elsewhere';
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
  temporal: OwnPlace;
}

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
  let looked = 0;
  while (looked < all.length && requests.length < limit) {
    const some = all.slice(looked, looked + AT_ONCE);
    const found = await Promise.all(some.map((each) => look(place, each.flow, each.reference)));
    requests.push(...found.filter((each) => each !== undefined));
    looked += some.length;
    onProgress?.(looked, all.length);
  }
  return { requests: requests.slice(0, limit), looked, complete: looked >= all.length && requests.length <= limit };
}

async function look(place: Place, flow: Flow, reference: string): Promise<RecordedRequest | undefined> {
  const { archive } = place;
  const key = { flow, reference, attempt: await archive.latestAttempt(flow, reference) };
  if ((await archive.readOutcome(key)) !== undefined) return undefined;
  const record = await archive.readRequest(key);
  const state = await stateOf(place, record);
  if (state === undefined) return undefined;
  const { workflowId, createdAt } = record;
  return { ...key, workflowId, createdAt, state };
}

/** Undefined if it runs here. */
async function stateOf(place: Place, record: RequestRecord): Promise<RecordedRequest['state'] | undefined> {
  const { archive, client, temporal } = place;
  const lives = await archive.readPlace(record);
  if (lives !== undefined && !isSamePlace(lives, await temporal.known())) return 'elsewhere';
  try {
    const { status } = await client.withDeadline(Date.now() + CALL_WITHIN, () =>
      client.workflow.getHandle(record.workflowId).describe(),
    );
    return STATES[status.name];
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'not-in-temporal';
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
