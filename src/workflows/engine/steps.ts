import {
  ActivityCancellationType,
  type ActivityOptions,
  CancellationScope,
  condition,
  proxyActivities,
} from '@temporalio/workflow';
import type { JournaledActivities, StepFailure } from '../../messages/activities.js';
import type { Envelope, Journaled } from '../../messages/journal.js';
import type { StepName } from '../../messages/policy.js';
import type { ProviderStatus } from '../../messages/request.js';
import type { Remedy } from '../../messages/status.js';
import type { Resolution } from '../../messages/steering.js';
import { failureOf } from './activity-failures.js';
import type { AttentionMark } from './attention.js';
import { callFailure } from './call-failure.js';
import type { DeadlineTimer } from './deadline-timer.js';
import { type EndOrder, throwIfRecorded } from './endings.js';
import type { Caller, Inbox } from './inbox.js';
import type { Journal } from './journal.js';
import type { Decision, Operator } from './operator.js';
import { pauses } from './pauses.js';
import type { RequestState } from './request-state.js';

export interface StepOptions {
  /** Shown in the Temporal UI. */
  summary: string;
  /** Whether it records the end. All events must be written then. */
  last?: boolean;
  /** When an order to end the request takes effect: between two tries (default), while an operator is awaited, or never. */
  mayEnd?: 'between-tries' | 'while-operator-awaited' | 'never';
  /** Gets the failure when the step enters attention. */
  caller?: Caller | undefined;
  /** Failures that end the step. All others put the request in attention. */
  failsOn?: (failure: StepFailure) => boolean;
  /** Remedies that end the step. `retry` and `cancel` are offered anyway. The attention stays until the remedy has helped. */
  remedies?: (failure: StepFailure) => readonly Remedy[];
  /** Whether a status at the provider settles the step while an operator is awaited. */
  overtakenBy?: (status: ProviderStatus, failure: StepFailure) => boolean;
}

/** How a step ended. The last three ends need an option that allows them. */
export type StepEnd<T, Options> =
  | { end: 'done'; value: T }
  | (Options extends { failsOn: unknown } ? { end: 'failed'; failure: StepFailure } : never)
  | (Options extends { remedies: unknown } ? { end: 'resolved'; resolution: Resolution; failure: StepFailure } : never)
  | (Options extends { overtakenBy: unknown }
      ? { end: 'overtaken'; status: ProviderStatus; failure: StepFailure }
      : never);

type AnyEnd<T> = StepEnd<T, Required<StepOptions>>;
/** `behind`: the archive lacked events, so the step did not run. */
type Tried<T> = { end: 'done'; value: T } | { end: 'failed'; failure: StepFailure } | { end: 'stopped' | 'behind' };
/** Calls the activity of a step. */
type StepCall<T> = (activities: JournaledActivities, journal: Envelope) => Promise<Journaled<T>>;
type Pace = 'within-budget' | 'slowest';

/**
 * Runs provider steps. Each is one activity, tried within its budget. After that the request is in attention: a temporary failure
 * is retried at the slowest pace, and any other failure waits for an operator's decision. A step never fails the request.
 */
export class Steps {
  constructor(
    private readonly state: RequestState,
    private readonly attention: AttentionMark,
    private readonly operator: Operator,
    private readonly deadline: DeadlineTimer,
    private readonly inbox: Inbox,
    private readonly endOrder: EndOrder,
    private readonly journal: Journal,
  ) {}

  /** @throws Ending if somebody orders the end, and `mayEnd` allows it; or the provider says CANCELLED while an operator is awaited. RecordedEnd */
  async run<T, Options extends StepOptions>(
    name: StepName,
    activity: StepCall<T>,
    options: Options,
  ): Promise<StepEnd<T, Options>> {
    // The compiler cannot see that an end needs its option.
    const end = (await this.runToEnd(name, activity, options)) as StepEnd<T, Options>;
    if (end.end !== 'resolved') this.attention.clear({ isNoted: options.last === true && end.end === 'done' });
    return end;
  }

  private async runToEnd<T>(name: StepName, activity: StepCall<T>, options: StepOptions): Promise<AnyEnd<T>> {
    const betweenTries = (options.mayEnd ?? 'between-tries') === 'between-tries';
    let pace: Pace = 'within-budget';
    let last: StepFailure | undefined;
    const until = () => (betweenTries && this.endOrder.given) || (last !== undefined && this.inbox.has('resolve'));
    for (;;) {
      this.state.carriesOut(options.summary, last !== undefined);
      const tried: Tried<T> = await this.try(activity, this.activityOptions(name, options.summary, pace), {
        until,
        last: options.last ?? false,
      });
      this.state.carriesOut(undefined);
      let decision: Decision | undefined;
      switch (tried.end) {
        case 'done':
          return tried;
        case 'behind':
          break;
        case 'stopped':
          decision = this.operator.takeDecision(betweenTries);
          break;
        case 'failed':
          last = tried.failure;
          throwIfRecorded(last);
          if (options.failsOn?.(last)) return tried;
          this.needsAttention(name, last, options);
          pace = last.temporary ? 'slowest' : 'within-budget';
          if (last.temporary) continue;
          decision = await this.decision(name, last, options);
      }
      if (decision === undefined || last === undefined) continue;
      if (decision.end === 'overtaken') return { ...decision, failure: last };
      const { resolution } = decision;
      // A new budget begins. If the step fails again, the attention shows the new failure and its remedies.
      if (last.temporary && resolution.remedy === 'retry') pace = 'within-budget';
      else if (options.remedies?.(last).includes(resolution.remedy))
        return { end: 'resolved', resolution, failure: last };
    }
  }

  private needsAttention(name: StepName, failure: StepFailure, options: StepOptions): void {
    const remedies = options.remedies?.(failure) ?? [];
    this.attention.set(name, failure, mayEndAfter(failure, options) ? [...remedies, 'cancel'] : remedies);
    if (failure.temporary) this.deadline.hold(failure.since);
    if (options.caller?.settled === false)
      options.caller.fail(callFailure(failure.code, failure.words, { ...failure.facts, step: name }));
  }

  /** While a create waits, the request that it replaces is watched. Its end is not the end of this request. */
  private decision(name: StepName, failure: StepFailure, options: StepOptions): Promise<Decision> {
    const mayEnd = mayEndAfter(failure, options);
    const overtakenBy = (status: ProviderStatus): boolean => options.overtakenBy?.(status, failure) ?? false;
    return this.operator.decision({ mayEnd, endsIfCancelled: name !== 'create', overtakenBy });
  }

  /** Tries until it succeeds or its retries are over. `until` ends the pause between two tries, but no try. */
  private async try<T>(
    activity: StepCall<T>,
    options: ActivityOptions,
    { until, last }: { until: () => boolean; last: boolean },
  ): Promise<Tried<T>> {
    if (this.attention.shown) this.deadline.hold();
    const scope = new CancellationScope();
    const envelope = this.journal.envelope({ last });
    let tried: Tried<T> | undefined;
    const running = scope
      .run(() => activity(proxyActivities<JournaledActivities>(options), envelope))
      .then(
        (answer) => {
          this.journal.takes(answer, envelope);
          tried = answer.done === undefined ? { end: 'behind' } : { end: 'done', value: answer.done.value };
        },
        (error: unknown) => {
          this.journal.missed();
          const failure = failureOf(error);
          tried = failure ? { end: 'failed', failure } : { end: 'stopped' };
        },
      );
    await condition(() => tried !== undefined || until());
    if (!tried) {
      scope.cancel(); // ends a pause between tries; a running try is waited for
      await running;
    }
    return tried ?? { end: 'stopped' };
  }

  private activityOptions(name: StepName, summary: string, pace: Pace): ActivityOptions {
    const { startToClose, budget, backoff, slowest } = this.state.request.policy.steps[name];
    return {
      startToCloseTimeout: startToClose,
      ...(pace === 'slowest'
        ? { retry: pauses(slowest, slowest) }
        : { retry: pauses(backoff, slowest), scheduleToCloseTimeout: budget }),
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      summary,
    };
  }
}

function mayEndAfter({ temporary }: StepFailure, { mayEnd = 'between-tries' }: StepOptions): boolean {
  return mayEnd === 'between-tries' || (mayEnd === 'while-operator-awaited' && !temporary);
}
