import type { Client } from '@temporalio/client';
import type { Archive, AttemptKey } from '../../archive/archive.js';
import type { Config } from '../../config/schema.js';
import { VideoIdError } from '../../messages/failures.js';
import { isSamePlace } from '../../messages/temporal-place.js';
import { listRequests, MOST, type RequestSummary } from '../../temporal/listing.js';
import type { OwnPlace } from '../../temporal/own-place.js';

/** What the archive says about a request that runs in Temporal, if it should not run there. */
export type Archived =
  /** Its outcome is recorded. */
  | 'ended'
  /** The archive does not have it. */
  | 'not-recorded'
  /** It was moved to another Temporal. */
  | 'moved';

/** A request that runs in Temporal and should not. */
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
 * The requests that run in this Temporal and should not. They come from an older copy of Temporal or of the archive.
 *
 * @throws VideoIdError ARCHIVE_UNAVAILABLE, TEMPORAL_UNREACHABLE
 */
export async function findRevived(place: Place): Promise<Revived[]> {
  const { client, config } = place;
  const { taskQueue } = config.temporal;
  const revived: Revived[] = [];
  for (const { reference, attempt, flow, workflowId } of await listRequests(
    { client, taskQueue },
    { running: true, limit: MOST },
  )) {
    const state = await archivedState(place, { reference, attempt, flow });
    // One that has just recorded its end is closed a moment later.
    if (state === undefined || !(await runs(client, workflowId))) continue;
    revived.push({ reference, attempt, flow, workflowId, state });
  }
  return revived;
}

/**
 * Marks those requests of a list that run and should not.
 *
 * @throws VideoIdError ARCHIVE_UNAVAILABLE, TEMPORAL_UNREACHABLE
 */
export async function withArchive(
  place: Place,
  requests: readonly RequestSummary[],
): Promise<(RequestSummary & { archive?: Archived })[]> {
  const marked: (RequestSummary & { archive?: Archived })[] = [];
  for (const request of requests) {
    const archive = request.state === 'running' ? await archivedState(place, request) : undefined;
    marked.push(archive === undefined ? request : { ...request, archive });
  }
  return marked;
}

async function archivedState({ archive, temporal }: Place, key: AttemptKey): Promise<Archived | undefined> {
  try {
    if ((await archive.readOutcome(key)) !== undefined) return 'ended';
    const lives = await archive.readPlace(key);
    return lives === undefined || isSamePlace(lives, await temporal.known()) ? undefined : 'moved';
  } catch (error) {
    if (error instanceof VideoIdError && error.code === 'REQUEST_NOT_FOUND') return 'not-recorded';
    throw error;
  }
}

async function runs(client: Client, workflowId: string): Promise<boolean> {
  return (await client.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
}
