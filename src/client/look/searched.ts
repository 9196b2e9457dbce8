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
import { ASKED_WITHIN, type NotKnown, notKnown } from './in-temporal.js';
import type { CheckedList } from './list-options.js';

/** A request that runs in Temporal, and that the archive does not have. */
export interface NotRecorded extends Pick<SearchedRequest, 'reference' | 'attempt' | 'flow' | 'workflowId'> {
  stage?: string;
  attention?: string;
}

/** So many in other task queues are looked at, the newest. */
const OTHERS_LOOKED_AT = 1000;

type Place = Pick<RequestAccess, 'client' | 'config'>;

/** What only Temporal's search knows for a list. */
export interface Searched {
  /** Requests that run and that no worker can continue, as far as they fit. They count as attention. */
  problems: SearchedRequest[];
  /** The requests in Temporal that fit a search by stage, attention, code or officer. Those that the archive lacks are told. */
  found: SearchedRequest[];
  unknown?: NotKnown;
}

/** At most 10,000 requests, the newest. If Temporal is away, nothing, and `unknown`. */
export async function searched(
  place: Place,
  { flow, stage, attention, code, officer, after }: CheckedList,
): Promise<Searched> {
  const wanted = officer === undefined ? stage : 'review';
  // The records know what has ended.
  const search: SearchOptions = defined({ stage: wanted === 'ended' ? undefined : wanted, attention, code });
  const asksProblems = attention !== undefined || code === 'NOT_REPLAYABLE' || code === 'STEP_FAILED';
  const asksMore = search.stage !== undefined || code !== undefined || attention === true;
  try {
    const [problems, found] = await Promise.all([
      asksProblems ? problemsIn(place, flow) : [],
      // The stage stays in Temporal's search when a request ends.
      asksMore && after === undefined ? everywhere(place, { flow, ...search, running: true }) : [],
    ]);
    return { problems: problems.filter(({ problem }) => code === undefined || problem === code), found };
  } catch (error) {
    if (!(error instanceof VideoIdError)) throw error;
    return { problems: [], found: [], unknown: notKnown(error) };
  }
}

/** Requests that run and that no worker can continue. @throws VideoIdError TEMPORAL_UNREACHABLE, SETUP_FAILED */
async function problemsIn(place: Place, flow?: CheckedList['flow']): Promise<SearchedRequest[]> {
  return await everywhere(place, { flow, problem: true });
}

/** In the task queue of this process and, as far as they run, in others. */
async function everywhere({ client, config }: Place, search: SearchOptions): Promise<SearchedRequest[]> {
  const place = { client, taskQueue: config.temporal.taskQueue };
  const within = ASKED_WITHIN;
  const [own, others] = await Promise.all([
    listRequests(place, { ...search, limit: MOST, within }),
    listInOtherQueues(place, { ...search, running: true, limit: OTHERS_LOOKED_AT, within }),
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
