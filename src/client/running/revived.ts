import type { Client } from '@temporalio/client';
import type { Archive } from '../../archive/archive.js';
import type { Config } from '../../config/schema.js';
import { VideoIdError } from '../../messages/failures.js';
import { isSamePlace } from '../../messages/temporal-place.js';
import { listRequests, MOST, type SearchedRequest, type SearchOptions } from '../../temporal/listing.js';
import type { OwnPlace } from '../../temporal/own-place.js';
import { isDeleted } from './attempts.js';

/** What the archive says about a request in Temporal, if it should not be there like that. */
export type Archived =
  /** It runs, and its outcome is recorded. */
  | 'ended'
  /** It runs, and the archive does not have it. */
  | 'not-recorded'
  /** It runs, and it was deleted from the archive. */
  | 'deleted'
  /** It has ended, and the archive does not have it. */
  | 'lost'
  /** It was moved to another Temporal. */
  | 'moved';

/** A request that Temporal has and the archive does not have like that. */
export interface Revived extends Pick<SearchedRequest, 'reference' | 'attempt' | 'flow' | 'workflowId'> {
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
  const listed = async (which: SearchOptions) => await listRequests({ client, taskQueue }, { ...which, limit: MOST });
  const revived: Revived[] = [];
  for (const request of [...(await listed({ running: true })), ...(await listed({ completed: true }))]) {
    const { reference, attempt, flow, workflowId } = request;
    const state = await archivedState(place, request);
    // One that has just recorded its end is closed a moment later.
    if (state === undefined || (state !== 'lost' && !(await isRunning(client, workflowId)))) continue;
    revived.push({ reference, attempt, flow, workflowId, state });
  }
  return revived;
}

async function archivedState({ archive, temporal }: Place, request: SearchedRequest): Promise<Archived | undefined> {
  const running = request.state === 'running';
  try {
    if ((await archive.readOutcome(request)) !== undefined) return running ? 'ended' : undefined;
    const lives = running ? await archive.readPlace(request) : undefined;
    return lives === undefined || isSamePlace(lives, await temporal.known()) ? undefined : 'moved';
  } catch (error) {
    if (isDeleted(error)) return running ? 'deleted' : undefined;
    if (error instanceof VideoIdError && error.code === 'REQUEST_NOT_FOUND') return running ? 'not-recorded' : 'lost';
    throw error;
  }
}

/** Whether a request runs now, as its server knows it. */
export async function isRunning(client: Client, workflowId: string): Promise<boolean> {
  return (await client.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
}
