import { type ApplicationFailure, CancellationScope, proxyActivities } from '@temporalio/workflow';
import type { JournaledActivities } from '../messages/activities.js';
import { videoIn } from '../messages/request-fields.js';
import type { ProviderStatus, RequestPk } from '../messages/request.js';
import type { Discarding } from '../messages/steering.js';
import { callFailure } from './engine/call-failure.js';
import type { RequestRun } from './engine/request-run.js';

/** The look before orders that would throw the video away, because a callback may be lost. */
export class VideoLook {
  private reading: Promise<ProviderStatus | undefined> | undefined;

  constructor(private readonly run: RequestRun) {}

  /**
   * For handlers. If the signer has finished the video, the story goes on with it, and the caller may say it again. If the video may be
   * finished, the caller must say that it is given up. A provider that does not answer stops nobody: what is open there stays open.
   *
   * @throws VIDEO_FINISHED, VIDEO_PERHAPS_FINISHED
   */
  async assertUnfinished({ discardVideo }: Discarding): Promise<void> {
    const { state, watch } = this.run;
    if (discardVideo || state.ids === undefined || state.videoFinished) return;
    // An order that comes meanwhile shares the read, so that the first order stays the first.
    this.reading ??= this.read(state.ids.requestPk).finally(() => (this.reading = undefined));
    const status = await this.reading;
    const video = videoIn(status);
    if (status === undefined || video === 'unfinished') return;
    watch.hint(); // the story reads it too
    if (video === 'perhaps-finished') throw videoMayBeLost(status, 'Nothing was ended.');
    throw videoKept(status, 'Nothing was ended. If it is to end all the same, say it again.');
  }

  private async read(requestPk: RequestPk): Promise<ProviderStatus | undefined> {
    const { request, journal } = this.run;
    const { key, policy } = request;
    const { readStatus } = proxyActivities<JournaledActivities>({
      startToCloseTimeout: policy.steps.watch.startToClose,
      retry: { maximumAttempts: 1 }, // the caller waits
      summary: 'read the request before it is ended',
    });
    const envelope = journal.envelope();
    const reading = CancellationScope.nonCancellable(() => readStatus(key, { requestPk, gap: 0 }, envelope));
    return await reading.then(
      (answer) => {
        journal.takes(answer, envelope);
        return answer.done?.value.status;
      },
      () => {
        journal.missed();
        journal.tell();
        return undefined;
      },
    );
  }
}

/** The failure for an order that would throw a finished video away, or bill another one. */
export function videoKept(status: ProviderStatus, what: string): ApplicationFailure {
  const words = `The signer has finished the video: the provider says ${status}. The request goes on with it. ${what}`;
  return callFailure('VIDEO_FINISHED', words, { status });
}

/** The failure for an order that may throw a finished video away. It says how to insist. */
export function videoMayBeLost(status: ProviderStatus, what: string): ApplicationFailure {
  const words =
    `The provider says ${status}: the signer has not finished the video, or has finished it and the provider is still processing it. ` +
    `Then this order would throw away a video that is paid. ${what} Wait until the provider says more. ` +
    'To give the video up all the same, repeat the order with --discard-video (HTTP and library: discardVideo: true).';
  return callFailure('VIDEO_PERHAPS_FINISHED', words, { status });
}
