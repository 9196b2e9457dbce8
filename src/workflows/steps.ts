import {
  ActivityCancellationType,
  type ActivityOptions,
  CancellationScope,
  condition,
  proxyActivities,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { Activities, StepFailure } from '../messages/activities.js';
import { defined } from '../messages/defined.js';
import type { Policy, StepName } from '../messages/policy.js';
import type { ProviderStatus } from '../messages/request.js';
import type { Attention, Remedy } from '../messages/status.js';
import type { Resolution } from '../messages/steering.js';
import { attentionAttribute } from './search-attributes.js';
import type { Deadline } from './deadline.js';
import { endedAtProvider, type EndWish } from './endings.js';
import { type Asked, type Inbox, type Teller, told } from './inbox.js';
import type { RequestState } from './request-state.js';
import { failureOf } from './step-failures.js';
import type { ProviderWatch } from './waiting.js';
import { pauses } from './pauses.js';
import { showing } from './showing.js';

/** What an operator can do beside retry and cancel. One that gives nothing did not help: the step is tried again. */
export type Remedies<T> = Partial<Record<Remedy, (resolution: Resolution) => Promise<T | undefined>>>;

export interface StepOptions<T> {
  /** Shown in the Temporal UI. */
  summary: string;
  /** Whether the wish to end may cut the tries short; never in the middle of one. Off while a sign may be in doubt. */
  mayEnd?: boolean;
  /** Whether that wish counts while an operator is awaited, when nothing is in doubt; as `mayEnd` when left out. */
  mayGiveUp?: boolean;
  /** Who is told when the step enters attention. */
  asked?: Teller | undefined;
  /** What an operator can do about a failure. */
  remedies?: (failure: StepFailure) => Remedies<T>;
  /** While it waits for a decision: what a status at the provider means for the step, or nothing. */
  moot?: (status: ProviderStatus) => T | undefined;
  /** Whether the provider is watched while it waits for a decision; as `mayGiveUp` when left out. */
  watched?: boolean;
  /** Failures that are no attention but an answer: gives the value, or nothing. */
  answers?: (failure: StepFailure) => T | undefined;
}

/** What was decided, and who is still to be answered when it is carried out. */
export interface Resolved {
  resolution: Resolution;
  asked?: Asked<'resolve'>;
}

type Tried<T> = { value: T } | { failure: StepFailure } | { stopped: true };

/**
 * Runs provider steps: one activity each, tried within its budget; then attention. Temporary trouble keeps trying at
 * the slowest pace and leaves by itself, everything else waits for a decision. A step never fails the request.
 */
export class Steps {
  constructor(
    private readonly policy: Policy,
    private readonly state: RequestState,
    private readonly deadline: Deadline,
    private readonly inbox: Inbox,
    private readonly wish: EndWish,
    private readonly watch: ProviderWatch,
  ) {}

  async run<T>(name: StepName, call: (activities: Activities) => Promise<T>, options: StepOptions<T>): Promise<T> {
    const mayEnd = options.mayEnd ?? true;
    let patient = false;
    let remedies: Remedies<T> = {};
    for (;;) {
      const tried: Tried<T> = await this.try(name, call, options.summary, patient, mayEnd);
      if ('value' in tried) return this.left(tried.value);
      let decided: Resolved | { value: T } | undefined;
      if ('stopped' in tried) {
        decided = this.resolved(mayEnd);
      } else {
        const answer = options.answers?.(tried.failure);
        if (answer !== undefined) return this.left(answer);
        patient = tried.failure.temporary;
        const mayLeave = patient ? mayEnd : (options.mayGiveUp ?? mayEnd);
        remedies = options.remedies?.(tried.failure) ?? {};
        const offered = Object.keys(remedies) as Remedy[];
        this.enterAttention(name, tried.failure, mayLeave ? [...offered, 'cancel'] : offered);
        if (patient) this.deadline.hold(tried.failure.since);
        if (options.asked?.settled === false)
          options.asked.fail(told(tried.failure.code, tried.failure.words, { ...tried.failure.facts, step: name }));
        if (patient) continue;
        decided = await this.decision({ mayEnd: mayLeave, moot: options.moot, watched: options.watched });
      }
      if (!decided) continue;
      if ('value' in decided) return this.left(decided.value);
      const { resolution } = decided;
      if (patient && resolution.remedy === 'retry') continue; // while it keeps trying, this means only: now
      const remedied = await remedies[resolution.remedy]?.(resolution);
      if (remedied !== undefined) return this.left(remedied);
    }
  }

  enterAttention(step: Attention['step'], failure: StepFailure, remedies: Remedy[] = ['cancel']): void {
    const before = this.state.attention;
    const same = before?.code === failure.code && before.step === step;
    this.state.attention = {
      step,
      code: failure.code,
      words: failure.words,
      ...defined({ facts: failure.facts }),
      since: same ? before.since : (failure.since ?? new Date().toISOString()),
      tries: same ? before.tries + 1 : 1,
      leavesByItself: failure.temporary,
      remedies: [...new Set<Remedy>(['retry', ...remedies])],
    };
    if (!same) {
      this.state.happened('attention', { step, code: failure.code });
      upsertSearchAttributes([{ key: attentionAttribute, value: failure.code }]);
    }
    this.state.show();
  }

  leaveAttention(): void {
    if (!this.state.attention) return;
    this.inbox.take('resolve')?.fail(told('NOT_NOW', 'It has been resolved without you.'));
    this.state.happened('attention-left', { code: this.state.attention.code });
    this.state.attention = undefined;
    this.deadline.release();
    upsertSearchAttributes([{ key: attentionAttribute, value: null }]);
    this.state.show();
  }

  private left<T>(value: T): T {
    this.leaveAttention();
    return value;
  }

  private async try<T>(
    name: StepName,
    call: (activities: Activities) => Promise<T>,
    summary: string,
    patient: boolean,
    mayEnd: boolean,
  ): Promise<Tried<T>> {
    if (this.state.attention) this.deadline.hold();
    const activities = showing(
      patient ? this.state.attention?.code : undefined,
      proxyActivities<Activities>(this.optionsOf(name, summary, patient)),
    );
    const scope = new CancellationScope();
    let tried: Tried<T> | undefined;
    const running = scope
      .run(() => call(activities))
      .then(
        (value) => {
          tried = { value };
        },
        (error: unknown) => {
          const failure = failureOf(error);
          tried = failure ? { failure } : { stopped: true };
        },
      );
    const interrupted = () => (mayEnd && this.wish.expressed) || (patient && this.inbox.has('resolve'));
    await condition(() => tried !== undefined || interrupted());
    if (!tried) {
      scope.cancel(); // cuts a pause between tries short; a try under way is waited for
      await running;
    }
    return tried ?? { stopped: true };
  }

  private optionsOf(name: StepName, summary: string, patient: boolean): ActivityOptions {
    const { startToClose, budget, backoff, slowest } = this.policy.steps[name];
    return {
      startToCloseTimeout: startToClose,
      ...(patient ? {} : { scheduleToCloseTimeout: budget }),
      retry: patient ? pauses(slowest, slowest) : pauses(backoff, slowest),
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      summary,
    };
  }

  /**
   * Waits for an operator, who may also correct what a create was refused for; the deadline stands still. Meanwhile the provider is watched, through trouble of its own too: a
   * status that makes the wait moot ends it with its value, and any other CANCELLED ends the request.
   */
  async decision<T = never>(
    wait: {
      mayEnd?: boolean | undefined;
      moot?: ((status: ProviderStatus) => T | undefined) | undefined;
      watched?: boolean | undefined;
      /** Reading was refused, so that any answer is news. */
      recovering?: boolean;
    } = {},
  ): Promise<Resolved | { value: T }> {
    const { mayEnd = true, moot, watched = mayEnd, recovering = false } = wait;
    this.deadline.hold();
    const corrected = (): boolean => this.inbox.has('correct') && this.state.mayCorrectCreate;
    const until = (): boolean => this.inbox.has('resolve') || corrected() || (mayEnd && this.wish.expressed);
    const value = watched ? await this.watchUntil(until, moot, recovering) : undefined;
    if (value !== undefined) return { value };
    await condition(until);
    return this.resolved(mayEnd) ?? { resolution: { remedy: 'retry', actor: { kind: 'policy' } } };
  }

  /** What an operator has decided, if so. @throws Ending if somebody wishes the end, and may. */
  private resolved(mayEnd: boolean): Resolved | undefined {
    const asked = this.inbox.take('resolve');
    if (asked) {
      const { remedy, actor, note } = asked.question;
      // Another video is answered when it is there: until then the link is the one of the video before.
      if (remedy !== 'new-video') asked.answer({ stage: this.state.stage });
      this.state.happened('resolved', { remedy }, actor);
      if (remedy === 'cancel') this.wish.cancel({ actor, reason: note ?? 'given up' });
    }
    if (mayEnd) this.wish.heed();
    return asked && { resolution: asked.question, asked };
  }

  private async watchUntil<T>(
    until: () => boolean,
    moot: ((status: ProviderStatus) => T | undefined) | undefined,
    refused: boolean,
  ): Promise<T | undefined> {
    const { ids } = this.state;
    if (!ids) return undefined;
    let recovering = refused;
    if (refused) await this.watch.pause(until);
    while (!until()) {
      const seen = this.state.providerStatus ?? '';
      const summary = 'watch the provider while an operator is awaited';
      const awaited = await this.watch.next(ids.requestPk, seen, { summary, until, recovering });
      if ('interrupted' in awaited) return undefined;
      recovering = 'failure' in awaited;
      if ('failure' in awaited) {
        if (!awaited.failure.temporary) await this.watch.pause(until);
        continue;
      }
      this.state.see(awaited.status, awaited.foundBy);
      this.state.identified(awaited);
      const value = moot?.(awaited.status);
      if (value !== undefined) return value;
      if (awaited.status === 'CANCELLED') throw endedAtProvider(this.state);
    }
    return undefined;
  }
}
