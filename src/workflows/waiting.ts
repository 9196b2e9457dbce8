import { ActivityCancellationType, CancellationScope, condition, proxyActivities } from '@temporalio/workflow';
import type { Activities, ProviderRead, StepFailure } from '../messages/activities.js';
import type { FailureCode } from '../messages/failures.js';
import type { Policy } from '../messages/policy.js';
import type { ProviderStatus, RequestKey, RequestPk } from '../messages/request.js';
import { failureOf } from './step-failures.js';
import { pauses } from './pauses.js';
import { showing } from './showing.js';

/** What ended a wait: a new status, trouble that reading meets, or `until` of the caller. */
export type Awaited = (ProviderRead & { foundBy: 'hint' | 'poll' }) | { failure: StepFailure } | { interrupted: true };

/**
 * Watches one request at the provider. Reading is one activity that waits by retrying, which leaves no history:
 * weeks of polling cost a few events. A hint makes it read again, at most once per gap, and once more at the gap's end.
 */
export class ProviderWatch {
  /** Whether a hint came since the last read. */
  hinted = false;
  private readAt = -Infinity;

  constructor(
    private readonly key: RequestKey,
    private readonly policy: Policy,
  ) {}

  /** Somebody says that something may have changed. Says nothing else, and cannot do harm. */
  hint(): void {
    this.hinted = true;
  }

  /** Whether there was a hint, which is forgotten: for who reads later. */
  takeHint(): boolean {
    const { hinted } = this;
    this.hinted = false;
    return hinted;
  }

  /** For who reads by other means: this is a read, and the answer to the hints so far. */
  reads(): void {
    this.hinted = false;
    this.readAt = Date.now();
  }

  /**
   * Waits until the status differs from `seen`, or `until` holds. After trouble, `recovering` returns at the first answer,
   * and at trouble of another cause than the one that is `shown`.
   */
  async next(
    requestPk: RequestPk,
    seen: ProviderStatus,
    wait: {
      summary: string;
      until: () => boolean;
      soon?: boolean;
      recovering?: boolean;
      shown?: FailureCode | undefined;
    },
  ): Promise<Awaited> {
    let soon = (wait.soon ?? false) || this.hinted;
    for (;;) {
      this.reads();
      const scope = new CancellationScope();
      const order = {
        requestPk,
        seen,
        soon,
        recovering: wait.recovering ?? false,
        pace: this.policy.watch,
        budget: this.policy.steps.watch.budget,
      };
      let ended: Awaited | undefined;
      const reading = scope
        .run(() => showing(wait.shown, this.activities(wait.summary)).watch(this.key, order))
        .then(
          (read) => {
            ended = { ...read, foundBy: soon ? 'hint' : 'poll' };
          },
          (error: unknown) => {
            const failure = failureOf(error);
            if (failure) ended = { failure };
          },
        );
      await condition(() => ended !== undefined || this.hinted || wait.until());
      if (!ended && this.hinted && !wait.until()) await this.gapOver(() => ended !== undefined || wait.until());
      if (!ended) {
        scope.cancel(); // a read under way is waited for: reads never overlap
        await reading;
        // Of one that was cut short only a status is news. It may have been lost with its worker, and is made again.
        if (ended && 'failure' in ended) ended = undefined;
      }
      if (ended) return ended;
      if (wait.until()) return { interrupted: true };
      soon = true;
    }
  }

  /** Where the provider refuses to be read it is read again after a hint, and now and then: it may have been something in between. */
  async pause(until: () => boolean): Promise<void> {
    const summary = 'until the provider is read again';
    await condition(() => until() || this.hinted, this.policy.watch.slow, { summary });
  }

  private async gapOver(unless: () => boolean): Promise<void> {
    const left = this.readAt + this.policy.watch.gap - Date.now();
    if (left > 0) await condition(unless, left, { summary: 'until the gap between two reads is over' });
  }

  private activities(summary: string): Pick<Activities, 'watch'> {
    const { startToClose, backoff, slowest } = this.policy.steps.watch;
    return proxyActivities<Activities>({
      startToCloseTimeout: startToClose,
      retry: pauses(backoff, slowest),
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      summary,
    });
  }
}
