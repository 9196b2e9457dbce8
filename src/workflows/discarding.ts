import { type ApplicationFailure, CancellationScope, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../messages/activities.js';
import { AFTER_VIDEO } from '../messages/request-fields.js';
import type { ProviderStatus, RequestPk } from '../messages/request.js';
import { callFailure } from './engine/call-failure.js';
import type { RequestRun } from './engine/request-run.js';

/** The look before orders that would throw the video away, because a callback may be lost. */
export class VideoLook {
  private reading: Promise<ProviderStatus | undefined> | undefined;

  constructor(private readonly run: RequestRun) {}

  /**
   * For handlers. If the signer has finished the video, the story goes on with it, and the caller may say it again. A provider that
   * does not answer stops nobody: what is open there stays open.
   *
   * @throws VIDEO_FINISHED
   */
  async assertUnfinished(): Promise<void> {
    const { state, watch } = this.run;
    if (state.ids === undefined || state.videoFinished) return;
    // An order that comes meanwhile shares the read, so that the first order stays the first.
    this.reading ??= this.read(state.ids.requestPk).finally(() => (this.reading = undefined));
    const status = await this.reading;
    if (status === undefined || !AFTER_VIDEO.has(status)) return;
    watch.hint(); // the story reads it too
    throw videoKept(status, 'Nothing was ended. If it is to end all the same, say it again.');
  }

  private async read(requestPk: RequestPk): Promise<ProviderStatus | undefined> {
    const { key, policy } = this.run.request;
    const { readStatus } = proxyActivities<Activities>({
      startToCloseTimeout: policy.steps.watch.startToClose,
      retry: { maximumAttempts: 1 }, // the caller waits
      summary: 'read the request before it is ended',
    });
    const reading = CancellationScope.nonCancellable(() => readStatus(key, { requestPk, gap: 0 }));
    return await reading.then(
      ({ status }) => status,
      () => undefined,
    );
  }
}

/** The failure for an order that would throw a finished video away, or bill another one. */
export function videoKept(status: ProviderStatus, what: string): ApplicationFailure {
  const words = `The signer has finished the video: the provider says ${status}. The request goes on with it. ${what}`;
  return callFailure('VIDEO_FINISHED', words, { status });
}
