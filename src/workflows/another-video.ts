import { type ChildWorkflowHandle, ParentClosePolicy, startChild, upsertSearchAttributes } from '@temporalio/workflow';
import type { Withdrawn } from '../messages/activities.js';
import { videoIn } from '../messages/request-fields.js';
import { lateVideoIdOf, type ProviderIds, type ProviderStatus, type RequestPk } from '../messages/request.js';
import type { Discarding } from '../messages/steering.js';
import { adoptedFrom, type Creating, created } from './creating.js';
import { videoKept } from './discarding.js';
import { withdrawn } from './ends.js';
import type { Caller } from './engine/inbox.js';
import { hintSignal } from './engine/messages.js';
import type { RequestRun } from './engine/request-run.js';
import { requestPkAttribute } from './engine/search-attributes.js';
import type { Trouble } from './engine/trouble.js';
import { unlessItRuns } from './engine/start-child.js';
import { lateVideo } from './late-video.js';

/** An earlier video that the signer has finished although another one had replaced it. */
interface FinishedVideo {
  ids: Ids;
  status: ProviderStatus;
}
type Ids = NonNullable<RequestRun['state']['ids']>;

/** How a flow makes another video, and goes on with what it made or took back. */
export interface Videos<T> extends Creating<T> {
  takeOver(made: T, how?: string): void;
}

/**
 * Another video in the same request, and the earlier ones that stay open at the provider. A signer may finish an earlier one after
 * all. It is paid, so it is noticed and told, and the request can go on with it.
 */
export class OtherVideos<T extends { status: ProviderStatus; round?: number }> {
  /** The earlier video that was finished last. An operator decides about it while the present one is awaited. */
  finished: FinishedVideo | undefined;
  /** Requests with an earlier video that could not be cancelled at the provider, or were not to be. */
  private left: Ids[] = [];
  private watches: ChildWorkflowHandle<typeof lateVideo>[] = [];

  constructor(
    private readonly run: RequestRun,
    private readonly videos: Videos<T>,
  ) {}

  get leftOpen(): RequestPk[] {
    return this.left.map(({ requestPk }) => requestPk);
  }

  /** A hint may be about any of them. */
  hint(): void {
    for (const watch of this.watches) void watch.signal(hintSignal).catch(() => undefined); // it may have ended
  }

  /**
   * Makes another video. The earlier one is looked at once more, because the signer may have finished it in the meantime. Then the
   * request goes on with that one. If another video was made, the caller still waits for the answer.
   */
  async makeAnother({ discardVideo }: Discarding, caller?: Caller): Promise<void> {
    const before = this.current;
    const order = { caller, mayBeDiscarded: discardVideo ?? false };
    const made = await created<T>(this.run, this.videos, order);
    if (made === undefined) return;
    this.videos.takeOver(made);
    const { status, closed } = await this.leave(before, discardVideo === true);
    if (!closed && videoIn(status) === 'finished') return await this.goBackTo(before, caller);
    upsertSearchAttributes([{ key: requestPkAttribute, value: this.run.requestPk }]);
    this.run.state.show();
  }

  /** Goes on with an earlier video that is finished. The present one is cancelled, or stays open at the provider. */
  async goBackTo(earlier: Ids, caller?: Caller): Promise<void> {
    const { run, videos } = this;
    const { state } = run;
    this.finished = undefined;
    const replaced = this.current;
    const taken = await adoptedFrom(run, videos, earlier as ProviderIds);
    if (taken === undefined) return;
    videos.takeOver(taken, 'taken-back');
    this.left = this.left.filter(({ requestPk: each }) => each !== earlier.requestPk);
    const { requestPk } = replaced;
    const { closed, status } = await this.leave(replaced, false);
    if (!closed && videoIn(status) === 'finished') this.noteFinished(replaced, status ?? '');
    state.happened('video-kept', { status: taken.status, requestPk: earlier.requestPk, insteadOf: requestPk });
    upsertSearchAttributes([{ key: requestPkAttribute, value: run.requestPk }]);
    const became = closed ? 'It is cancelled there' : 'It stays open there';
    caller?.fail(
      videoKept(
        taken.status,
        `Another video request had already been made (request_pk ${requestPk}). The provider may bill it. ${became}.`,
      ),
    );
  }

  /**
   * The request ends while a create was not over. If that made a request, it is the present one now, so that the end counts for it.
   * The one that it was to replace is left like every earlier one.
   */
  async takeUpCutCreate(): Promise<void> {
    const { state, steps, request } = this.run;
    const { createdSince: since, round, ids: before } = state;
    if (since === undefined) return;
    const looking = await steps.run(
      'record',
      (activities, journal) => activities.made(request.key, { since, round }, journal),
      {
        summary: 'look whether the create that was cut off made a request',
        mayEnd: 'never',
      },
    );
    const { ids, inDoubt } = looking.value;
    if (inDoubt) state.happened('create-in-doubt', { round });
    if (ids === undefined || ids.requestPk === before?.requestPk) return;
    state.ids = ids;
    state.providerStatus = 'VIDEOPENDING';
    state.happened('created', { ...ids, round });
    upsertSearchAttributes([{ key: requestPkAttribute, value: this.run.requestPk }]);
    if (before !== undefined) await this.leave(before, false);
  }

  private get current(): Ids {
    const { ids } = this.run.state;
    if (ids === undefined) throw new Error('the request is not created yet');
    return ids;
  }

  /** Cancels an earlier request at the provider, unless its video is finished, or may be. If it stays open, it is watched. */
  private async leave(earlier: Ids, mayBeDiscarded: boolean): Promise<Withdrawn> {
    const keeps = mayBeDiscarded ? 'finished' : 'perhaps-finished';
    const withdrawal = await withdrawn(this.run, earlier.requestPk, { keeps });
    const { closed, status } = withdrawal;
    if (!closed) this.left.push(earlier);
    if (!closed && videoIn(status) !== 'finished') await this.watch(earlier, status ?? 'VIDEOPENDING');
    return withdrawal;
  }

  private async watch(ids: Ids, seen: ProviderStatus): Promise<void> {
    const { key, policy } = this.run.request;
    const { requestPk } = ids;
    const watching = startChild(lateVideo, {
      workflowId: lateVideoIdOf(key, requestPk),
      args: [{ key, requestPk, seen, policy, replaced: true }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `see whether an earlier video of ${key.flow} ${key.reference} is finished after all`,
    });
    await unlessItRuns(
      watching.then((watch) => {
        this.watches.push(watch);
        void watch.result().then(
          (status) => {
            this.watches = this.watches.filter((each) => each !== watch);
            this.isFinished(ids, status);
          },
          () => undefined, // somebody has ended the watch
        );
      }),
    );
  }

  private noteFinished({ requestPk }: Ids, status: ProviderStatus): void {
    this.run.state.happened('earlier-video-finished', { requestPk, status });
  }

  private isFinished(ids: Ids, status: ProviderStatus | undefined): void {
    const { state } = this.run;
    if (status === undefined || state.ids?.requestPk === ids.requestPk) return;
    this.noteFinished(ids, status);
    if (state.stage === 'video') this.finished = { ids, status };
    state.show();
    this.run.journal.tell();
  }
}

/** The attention while an earlier video is finished and the present one is not. */
export function earlierFinished({ ids: { requestPk, videoidPk }, status }: FinishedVideo): Trouble {
  return {
    code: 'EARLIER_VIDEO_FINISHED',
    temporary: true,
    awaits: 'people',
    words: `The signer has finished an earlier video (request_pk ${requestPk}), which another one had replaced: the provider says ${status}. It is paid. Go on with it, or keep waiting for the present one.`,
    facts: { status, requestPk, ...(videoidPk === undefined ? {} : { videoidPk }) },
  };
}
