import { ParentClosePolicy, proxyActivities, setHandler, sleep, startChild } from '@temporalio/workflow';
import type { JournaledActivities } from '../messages/activities.js';
import { videoIn } from '../messages/request-fields.js';
import type { Policy } from '../messages/policy.js';
import { lateVideoIdOf, type ProviderStatus, type RequestKey, type RequestPk } from '../messages/request.js';
import { hintSignal } from './engine/messages.js';
import { paceAfterEnd } from './engine/pace.js';
import { AFTER_END, pauses } from './engine/pauses.js';
import { unlessItRuns } from './engine/start-child.js';
import { ProviderWatch } from './engine/watch.js';

export interface LateVideoOrder {
  key: RequestKey;
  requestPk: RequestPk;
  /** The status at the end. */
  seen: ProviderStatus;
  policy: Policy;
  /** Another video has replaced this one. The request may go on. */
  replaced?: boolean;
}

/** The signer may still finish the video. In any other status somebody at the provider is working on it. */
const UNFINISHED = new Set<ProviderStatus>(['VIDEOPENDING', 'VIDEOINCOMPLETE', 'VIDEOERROR']);

/** Starts the watch of a request that has ended, where the signer may still finish its video at the provider. */
export async function watchForLateVideo(order: LateVideoOrder): Promise<void> {
  if (!UNFINISHED.has(order.seen)) return;
  const { key } = order;
  const watching = startChild(lateVideo, {
    workflowId: lateVideoIdOf(key),
    args: [order],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: `see whether the video of ${key.flow} ${key.reference} is finished after its end`,
  });
  await unlessItRuns(watching);
}

/**
 * Watches a request that has ended here but is still open at the provider, or whose video was replaced. The watch ends when the signer
 * finishes the video, which goes into the feed, or when the provider closes or no longer knows the request. A later attempt that reopens
 * it, and a time limit, end the watch too.
 *
 * @returns the status that says that the video is finished
 */
export async function lateVideo({
  key,
  requestPk,
  seen,
  policy,
  replaced = false,
}: LateVideoOrder): Promise<ProviderStatus | undefined> {
  const watch = new ProviderWatch(key, { ...policy, watch: paceAfterEnd(policy.watch) });
  setHandler(hintSignal, () => watch.hint());
  let over = false;
  void sleep(AFTER_END, { summary: 'how long the provider is watched' }).then(
    () => (over = true),
    () => undefined, // only when a later attempt ends this watch
  );
  const summary = 'see whether the signer finishes the video after all';
  let status = seen;
  let recovering = false;
  while (status !== 'CANCELLED' && videoIn(status) !== 'finished') {
    const watched = await watch.next(requestPk, status, { summary, until: () => over, recovering });
    recovering = watched.end === 'failed';
    switch (watched.end) {
      case 'interrupted':
        return undefined;
      case 'answer':
        ({ status } = watched.read);
        break;
      case 'failed':
        if (watched.failure.code === 'PROVIDER_NOT_FOUND') return undefined;
        if (!watched.failure.temporary) await watch.pause(() => over);
        if (over) return undefined;
    }
  }
  if (status === 'CANCELLED') return undefined;
  const { startToClose, backoff, slowest } = policy.steps.record;
  const { noteLateVideo } = proxyActivities<JournaledActivities>({
    startToCloseTimeout: startToClose,
    retry: pauses(backoff, slowest),
    summary: 'record that the video was finished after all',
  });
  await noteLateVideo(key, { requestPk, status, at: new Date().toISOString(), ...(replaced ? { replaced } : {}) });
  return status;
}
