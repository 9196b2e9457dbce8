import { ActivityCancellationType, CancellationScope, condition, proxyActivities } from '@temporalio/workflow';
import type { JournaledActivities, ProviderRead, StepFailure, WatchOrder } from '../../messages/activities.js';
import type { Policy } from '../../messages/policy.js';
import type { ProviderStatus, RequestKey, RequestPk } from '../../messages/request.js';
import { failureOf } from './activity-failures.js';
import { throwIfRecorded } from './endings.js';
import type { Journal } from './journal.js';
import { gapLeft, NEVER_READ, type Pace, patience, readBegun } from './pace.js';
import { pauses } from './pauses.js';

/** What led to a read: a hint, or our own pace. */
export type FoundBy = 'hint' | 'poll';

/** What ended a wait: an answer of the provider, a failed read, or the caller's `until`. */
export type Watched =
  | { end: 'answer'; read: ProviderRead; foundBy: FoundBy }
  | { end: 'failed'; failure: StepFailure }
  | { end: 'interrupted' };

export interface Wait {
  /** Shown in the Temporal UI. */
  summary: string;
  until: () => boolean;
  /** Whether the status is expected to change within seconds. */
  soon?: boolean;
  /** After a failed read: any answer ends the wait, another failed read does not. */
  recovering?: boolean;
}

/**
 * Watches one request at the provider. Reading is one activity that waits by retrying, which leaves no history:
 * weeks of polling cost a few events. A hint makes it read again, at most once per gap, and once more at the gap's end.
 */
export class ProviderWatch {
  private pace: Pace = NEVER_READ;

  constructor(
    private readonly key: RequestKey,
    private readonly policy: Policy,
    /** Absent in a watch that goes on after the end of the request. */
    private readonly journal?: Journal,
  ) {}

  /** Whether a hint came since the last read. */
  get hinted(): boolean {
    return this.pace.hinted;
  }

  /** A hint came: something may have changed. */
  hint(): void {
    this.pace = { ...this.pace, hinted: true };
  }

  /** Notes a read that another step made. It answers the hints so far. */
  reads(): void {
    this.pace = readBegun(Date.now());
  }

  /** Milliseconds without a read while a person may act at any moment. Forgets the hints so far. */
  takePatience(): number {
    const milliseconds = patience(this.pace, this.policy.watch);
    this.pace = { ...this.pace, hinted: false };
    return milliseconds;
  }

  /** Waits until the status differs from `seen`, reading fails for longer than the budget of the step, or `until` holds. @throws RecordedEnd */
  async next(requestPk: RequestPk, seen: ProviderStatus, wait: Wait): Promise<Watched> {
    const { watch: pace, steps } = this.policy;
    const { recovering = false, summary, until } = wait;
    let soon = (wait.soon ?? false) || this.hinted;
    for (;;) {
      const foundBy = this.hinted ? 'hint' : 'poll';
      this.reads();
      const order = { requestPk, seen, soon, recovering, pace, budget: steps.watch.budget };
      const ended = await this.read(order, foundBy, summary, until);
      if (ended?.end === 'failed') throwIfRecorded(ended.failure);
      if (ended) return ended;
      if (until()) return { end: 'interrupted' };
      soon = true;
    }
  }

  /** A read that was refused is repeated after a hint, or after the slow pause: a proxy may have refused it. */
  async pause(until: () => boolean): Promise<void> {
    const summary = 'until the provider is read again';
    this.journal?.tell();
    await condition(() => until() || this.hinted, this.policy.watch.slow, { summary });
  }

  /** Reads until the status changes. Returns undefined if a hint or `until` ended it early. */
  private async read(
    order: WatchOrder,
    foundBy: FoundBy,
    summary: string,
    until: () => boolean,
  ): Promise<Watched | undefined> {
    const scope = new CancellationScope();
    const envelope = this.journal?.envelope();
    let ended: Watched | undefined;
    /** The archive lacked events, so nothing was read. */
    let behind = false;
    const reading = scope
      .run(() => this.activities(summary).watch(this.key, order, ...(envelope ? [envelope] : [])))
      .then(
        (answer) => {
          if (envelope) this.journal?.takes(answer, envelope);
          if (answer.done) ended = { end: 'answer', read: answer.done.value, foundBy };
          else behind = true;
        },
        (error: unknown) => {
          this.journal?.missed();
          const failure = failureOf(error);
          if (failure) ended = { end: 'failed', failure };
        },
      );
    await condition(() => ended !== undefined || behind || this.hinted || until());
    if (behind) return undefined;
    const left = gapLeft(this.pace, this.policy.watch, Date.now());
    if (!ended && !until() && left > 0)
      await condition(() => ended !== undefined || until(), left, {
        summary: 'until the gap between two reads is over',
      });
    if (ended) return ended;
    scope.cancel(); // a running read is waited for: reads never overlap
    await reading;
    return onlyAnswer(ended);
  }

  private activities(summary: string): Pick<JournaledActivities, 'watch'> {
    const { startToClose, backoff, slowest } = this.policy.steps.watch;
    return proxyActivities<JournaledActivities>({
      startToCloseTimeout: startToClose,
      retry: pauses(backoff, slowest),
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      summary,
    });
  }
}

/** If a read ended early, only an answer counts. A failure may be that of a lost worker, so the read is repeated. */
function onlyAnswer(ended: Watched | undefined): Watched | undefined {
  return ended?.end === 'answer' ? ended : undefined;
}
