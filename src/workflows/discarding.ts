import { type ApplicationFailure, CancellationScope, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../messages/activities.js';
import { AFTER_VIDEO } from '../messages/request-fields.js';
import type { ProviderStatus } from '../messages/request.js';
import { callFailure } from './engine/call-failure.js';
import type { RequestRun } from './engine/request-run.js';

/**
 * For handlers of orders that would throw the video away: reads the provider, because a callback may be lost. If the signer has
 * finished the video, the story goes on with it, and the caller may say it again. A provider that does not answer stops nobody:
 * what is open there stays open.
 *
 * @throws VIDEO_FINISHED
 */
export async function assertVideoUnfinished({ state, request, watch }: RequestRun): Promise<void> {
  if (state.ids === undefined || state.videoFinished) return;
  const { requestPk } = state.ids;
  const { readStatus } = proxyActivities<Activities>({
    startToCloseTimeout: request.policy.steps.watch.startToClose,
    retry: { maximumAttempts: 1 }, // the caller waits
    summary: 'read the request before it is ended',
  });
  const read = await CancellationScope.nonCancellable(() => readStatus(request.key, { requestPk, gap: 0 })).catch(
    () => undefined,
  );
  if (read === undefined || !AFTER_VIDEO.has(read.status)) return;
  watch.hint(); // the story reads it too
  throw videoKept(read.status, 'Nothing was ended. If it is to end all the same, say it again.');
}

/** The failure for an order that would throw a finished video away, or bill another one. */
export function videoKept(status: ProviderStatus, what: string): ApplicationFailure {
  const words = `The signer has finished the video: the provider says ${status}. The request goes on with it. ${what}`;
  return callFailure('VIDEO_FINISHED', words, { status });
}
