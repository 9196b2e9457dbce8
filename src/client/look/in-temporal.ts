import type { ListedRequest } from '../../archive/request-list.js';
import { defined } from '../../messages/defined.js';
import { type FailureCode, VideoIdError } from '../../messages/failures.js';
import { isSamePlace, type TemporalPlace } from '../../messages/temporal-place.js';
import { type SearchedRequest, searchRequests } from '../../temporal/listing.js';
import { type Archived, isRunning, type RequestAccess } from '../running/access.js';

/** A request in a list: what the rows say, and what Temporal's search knows, at most a few seconds late. No personal data. */
export interface RequestSummary extends Omit<ListedRequest, 'place'> {
  /** `ended` also if it was ended in Temporal from outside. Then there is no outcome. */
  state: 'running' | 'ended';
  stage?: string;
  /** The failure code of its attention. NOT_REPLAYABLE or STEP_FAILED if no worker can continue it, which Temporal's search knows. */
  attention?: string;
  /** How Temporal differs from the archive. */
  archive?: Misplaced;
}

/** How Temporal differs from the archive about a request. */
export type Misplaced =
  | Extract<Archived, 'ended' | 'moved'>
  /** It lives in another Temporal. */
  | 'elsewhere'
  /** It runs here, but in another task queue than that of this process. */
  | 'other-queue';

/** What is not known because Temporal could not be asked. */
export interface NotKnown {
  /** `archive`: whether requests run here. `problems`: which ones no worker can continue. */
  what: ('archive' | 'problems')[];
  code: FailureCode;
  words: string;
}

type Place = Pick<RequestAccess, 'client' | 'config' | 'temporal'>;

/** Milliseconds. The records are shown also without Temporal, so nobody waits long for it. */
export const ASKED_WITHIN = 4_000;

/** Adds to requests of the records what only Temporal knows about them. @param unknown set if Temporal has just not answered */
export async function inTemporal(
  place: Place,
  listed: readonly ListedRequest[],
  unknown?: NotKnown,
): Promise<{ requests: RequestSummary[]; unknown?: NotKnown }> {
  const recorded = listed.map(({ place: _place, ...request }) => ({ ...request, ...recordedState(request) }));
  if (unknown !== undefined) return { requests: recorded, unknown };
  if (listed.length === 0) return { requests: recorded };
  try {
    const ids = listed.map(({ workflowId }) => workflowId);
    const [known, here] = await Promise.all([
      searchRequests(place.client, ids, ASKED_WITHIN),
      place.temporal.known(ASKED_WITHIN),
    ]);
    const requests: RequestSummary[] = [];
    for (const [at, request] of recorded.entries()) {
      const found = known.get(request.workflowId);
      requests.push({ ...request, ...(await stateInTemporal(place, { ...request, ...listed[at] }, found, here)) });
    }
    return { requests };
  } catch (error) {
    if (!(error instanceof VideoIdError)) throw error;
    return { requests: recorded, unknown: notKnown(error) };
  }
}

/** What to say if Temporal could not be asked. */
export function notKnown({ code, message }: VideoIdError): NotKnown {
  return { what: ['archive', 'problems'], code, words: message };
}

function recordedState({ outcome }: Pick<ListedRequest, 'outcome'>): Pick<RequestSummary, 'state' | 'stage'> {
  return outcome === undefined ? { state: 'running' } : { state: 'ended', stage: 'ended' };
}

async function stateInTemporal(
  { client, config }: Place,
  { outcome, place: lives, workflowId }: ListedRequest,
  found: SearchedRequest | undefined,
  here: TemporalPlace,
): Promise<Partial<RequestSummary>> {
  const running = found?.state === 'running';
  if (outcome !== undefined) {
    // One that has just recorded its end is closed a moment later.
    return running && (await isRunning(client, workflowId)) ? { archive: 'ended' } : {};
  }
  if (lives !== undefined && !isSamePlace(lives, here)) return { archive: running ? 'moved' : 'elsewhere' };
  if (found === undefined) return {};
  const { problem, endedAt, taskQueue } = found;
  if (!running) return taskQueue === config.temporal.taskQueue ? { state: 'ended', ...defined({ endedAt }) } : {};
  const otherQueue = taskQueue !== config.temporal.taskQueue;
  return { ...defined({ attention: problem }), ...(otherQueue ? { archive: 'other-queue' } : {}) };
}
