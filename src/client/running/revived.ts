import type { Client } from '@temporalio/client';
import type { Archive } from '../../archive/archive.js';
import type { Config } from '../../config/schema.js';
import { VideoIdError } from '../../messages/failures.js';
import { isSamePlace } from '../../messages/temporal-place.js';
import {
  listInOtherQueues,
  type ListOptions,
  listRequests,
  MOST,
  type RequestSummary,
} from '../../temporal/listing.js';
import type { OwnPlace } from '../../temporal/own-place.js';

/** What the archive says about a request in Temporal, if it should not be there like that. */
export type Archived =
  /** It runs, and its outcome is recorded. */
  | 'ended'
  /** It runs, and the archive does not have it. */
  | 'not-recorded'
  /** It has ended, and the archive does not have it. */
  | 'lost'
  /** It was moved to another Temporal. */
  | 'moved'
  /** It is right there, but in another task queue than that of this process. */
  | 'other-queue';

/** A request that Temporal has and the archive does not have like that. */
export interface Revived extends Pick<RequestSummary, 'reference' | 'attempt' | 'flow' | 'workflowId'> {
  state: Archived;
}

interface Place {
  archive: Archive;
  client: Client;
  config: Config;
  temporal: OwnPlace;
}

/**
 * The requests that run in this Temporal and should not, and those that ended there and are not in the archive. They come from an older
 * copy of Temporal or of the archive.
 *
 * @throws VideoIdError ARCHIVE_UNAVAILABLE, TEMPORAL_UNREACHABLE
 */
export async function findRevived(place: Place): Promise<Revived[]> {
  const { client, config } = place;
  const { taskQueue } = config.temporal;
  const listed = async (which: ListOptions) => await listRequests({ client, taskQueue }, { ...which, limit: MOST });
  const revived: Revived[] = [];
  for (const request of [...(await listed({ running: true })), ...(await listed({ completed: true }))]) {
    const { reference, attempt, flow, workflowId } = request;
    const state = await archivedState(place, request);
    // One that has just recorded its end is closed a moment later.
    if (state === undefined || (state !== 'lost' && !(await runs(client, workflowId)))) continue;
    revived.push({ reference, attempt, flow, workflowId, state });
  }
  return revived;
}

/**
 * Marks those requests of a list that should not be in Temporal like that.
 *
 * @throws VideoIdError ARCHIVE_UNAVAILABLE, TEMPORAL_UNREACHABLE
 */
export async function withArchive(
  place: Place,
  requests: readonly RequestSummary[],
): Promise<(RequestSummary & { archive?: Archived })[]> {
  const marked: (RequestSummary & { archive?: Archived })[] = [];
  for (const request of requests) {
    const archive = await archivedState(place, request);
    marked.push(archive === undefined ? request : { ...request, archive });
  }
  return marked;
}

/** So many in other task queues are looked at, the newest. */
const OTHERS_LOOKED_AT = 1000;

/**
 * The requests of this archive that run in another task queue than that of this process: the settings of whoever started them differ.
 *
 * @throws VideoIdError ARCHIVE_UNAVAILABLE, TEMPORAL_UNREACHABLE
 */
export async function findInOtherQueues(
  place: Place,
  options: ListOptions,
): Promise<(RequestSummary & { archive: Archived })[]> {
  const { client, config } = place;
  const running = { ...options, running: true, limit: OTHERS_LOOKED_AT } as const;
  const ours: (RequestSummary & { archive: Archived })[] = [];
  for (const request of await listInOtherQueues({ client, taskQueue: config.temporal.taskQueue }, running)) {
    // What has ended here, or is not here, belongs to another installation.
    if ((await archivedState(place, request)) === undefined) ours.push({ ...request, archive: 'other-queue' });
  }
  return ours;
}

async function archivedState({ archive, temporal }: Place, request: RequestSummary): Promise<Archived | undefined> {
  const running = request.state === 'running';
  try {
    if ((await archive.readOutcome(request)) !== undefined) return running ? 'ended' : undefined;
    const lives = running ? await archive.readPlace(request) : undefined;
    return lives === undefined || isSamePlace(lives, await temporal.known()) ? undefined : 'moved';
  } catch (error) {
    if (error instanceof VideoIdError && error.code === 'REQUEST_NOT_FOUND') return running ? 'not-recorded' : 'lost';
    throw error;
  }
}

async function runs(client: Client, workflowId: string): Promise<boolean> {
  return (await client.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
}
