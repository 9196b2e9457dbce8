import type { Archive } from '../../archive/archive.js';
import { defined } from '../../messages/defined.js';
import { VideoIdError } from '../../messages/failures.js';
import {
  listInOtherQueues,
  listRequests,
  MOST,
  type SearchedRequest,
  type SearchOptions,
} from '../../temporal/listing.js';
import type { RequestAccess } from '../running/access.js';
import type { CheckedList } from './list-options.js';

/** A request that runs in Temporal, and that the archive does not have. */
export interface NotRecorded extends Pick<SearchedRequest, 'reference' | 'attempt' | 'flow' | 'workflowId'> {
  stage?: string;
  attention?: string;
}

/** So many in other task queues are looked at, the newest. */
const OTHERS_LOOKED_AT = 1000;

type Place = Pick<RequestAccess, 'client' | 'config'>;

/** The requests among which to list. */
interface Searched {
  /** Only these. Absent if nothing is asked for that only Temporal knows. */
  only?: SearchedRequest[];
  /** Not those with these ids. */
  without: ReadonlySet<string>;
}

/**
 * Asks Temporal for what only it knows: stage and attention. At most 10,000 requests, the newest.
 *
 * @throws VideoIdError BAD_INPUT, TEMPORAL_UNREACHABLE, SETUP_FAILED
 */
export async function searched(
  place: Place,
  { flow, stage, attention, code, officer }: CheckedList,
): Promise<Searched> {
  if (officer !== undefined && stage !== undefined && stage !== 'review') {
    throw new VideoIdError('BAD_INPUT', 'The queue of an officer is in the stage review.', {
      field: 'stage',
      remedy: 'Leave out the stage or the officer.',
    });
  }
  const wanted = officer === undefined ? stage : 'review';
  // The records know what has ended.
  const search: SearchOptions = defined({ stage: wanted === 'ended' ? undefined : wanted, attention, code });
  const { attention: inAttention, ...more } = search;
  if (Object.keys(more).length > 0 || inAttention === true) {
    // The stage stays in Temporal's search when a request ends.
    return { only: await everywhere(place, { flow, ...search, running: true }), without: new Set() };
  }
  if (inAttention === undefined) return { without: new Set() };
  const others = await everywhere(place, { flow, attention: true });
  return { without: new Set(others.map(({ workflowId }) => workflowId)) };
}

/** In the task queue of this process and, as far as they run, in others. */
async function everywhere({ client, config }: Place, search: SearchOptions): Promise<SearchedRequest[]> {
  const place = { client, taskQueue: config.temporal.taskQueue };
  const [own, others] = await Promise.all([
    listRequests(place, { ...search, limit: MOST }),
    listInOtherQueues(place, { ...search, running: true, limit: OTHERS_LOOKED_AT }),
  ]);
  return [...own, ...others];
}

/** Those that run for the task queue of this process, and that the archive does not have. */
export async function notRecorded(
  archive: Archive,
  taskQueue: string,
  found: readonly SearchedRequest[],
): Promise<NotRecorded[]> {
  const running = found.filter((each) => each.state === 'running' && each.taskQueue === taskQueue);
  if (running.length === 0) return [];
  const ids = running.map(({ workflowId }) => workflowId);
  const known = await archive.list({ workflowIds: ids }, { limit: ids.length });
  const recorded = new Set(known.map(({ workflowId }) => workflowId));
  return running.flatMap(({ reference, attempt, flow, workflowId, stage, attention }) =>
    recorded.has(workflowId) ? [] : [{ reference, attempt, flow, workflowId, ...defined({ stage, attention }) }],
  );
}
