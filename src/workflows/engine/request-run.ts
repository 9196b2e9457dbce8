import { type ApplicationFailure, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { Told } from '../../messages/journal.js';
import type { AnyRequest, RequestPk } from '../../messages/request.js';
import type { Stage } from '../../messages/status.js';
import type { Orders, Verb } from '../../messages/verbs.js';
import { AttentionMark } from './attention.js';
import { callFailure, withTold } from './call-failure.js';
import { DeadlineTimer } from './deadline-timer.js';
import { Ending, EndOrder } from './endings.js';
import { type CallKind, Inbox } from './inbox.js';
import { Journal } from './journal.js';
import { updateOf } from './messages.js';
import { Operator, type Resolved } from './operator.js';
import { RequestState } from './request-state.js';
import { checklist, standOf } from './status.js';
import { Steps } from './steps.js';
import { orderOf, verbsOf, verbsOfStage } from './verbs.js';
import { wordsOf } from './waiting-words.js';
import { ProviderWatch } from './watch.js';

/** The parts that every running request has, in both flows, and how it waits for the provider. */
export class RequestRun {
  readonly state: RequestState;
  readonly inbox = new Inbox();
  readonly endOrder = new EndOrder();
  readonly deadline: DeadlineTimer;
  readonly attention: AttentionMark;
  readonly watch: ProviderWatch;
  readonly operator: Operator;
  readonly steps: Steps;
  readonly journal: Journal;

  constructor(readonly request: AnyRequest) {
    const { key, policy } = request;
    const { inbox, endOrder } = this;
    const state = new RequestState(request, () => setCurrentDetails(checklist(state, deadline.when)));
    const deadline = new DeadlineTimer({
      summary: () => `deadline of the stage "${state.stage}"`,
      remindBefore: policy.deadlines.remindBefore ?? [],
      remind: (at) => this.remind(at),
      late: (by) => {
        state.happened('deadline-moved', { by, stage: state.stage }, { kind: 'policy' });
        journal.tell();
      },
    });
    const journal = new Journal(state, () => standOf(state, deadline.when));
    this.state = state;
    this.deadline = deadline;
    this.journal = journal;
    this.attention = new AttentionMark(state, deadline, inbox);
    this.watch = new ProviderWatch(key, policy, journal);
    this.operator = new Operator(state, deadline, inbox, endOrder, this.watch, journal);
    this.steps = new Steps(state, this.attention, this.operator, deadline, inbox, endOrder, journal);
    state.show();
  }

  /**
   * Lets orders of this kind wait in the inbox for the story.
   *
   * @param check throws the failure that refuses an order
   * @param look reads the provider before the story gets the order. It may throw a failure too
   */
  takes<K extends CallKind>(
    kind: K,
    check: (order: Orders[K]) => void,
    look?: (order: Orders[K]) => Promise<void>,
  ): void {
    const ask = (order: Orders[K]) => this.answering(() => this.inbox.ask(kind, order));
    const lookThenAsk = (order: Orders[K]) =>
      this.answering(async () => {
        await look?.(order);
        check(order); // it may be too late now
        return this.inbox.ask(kind, order);
      });
    setHandler(updateOf(kind), look ? lookThenAsk : ask, { validator: check });
  }

  /** Adds to the answer or failure of an order what has happened until then. So the caller can wait until the archive has it. */
  async answering<Answer extends object>(work: () => Promise<Answer> | Answer): Promise<Answer & { told: Told }> {
    try {
      const answer = await work();
      return { ...answer, told: this.journal.told };
    } catch (error) {
      throw withTold(error, this.journal.told);
    }
  }

  /** The request's id at the provider; there is none before create. */
  get requestPk(): RequestPk {
    if (!this.state.ids) throw new Error('the request is not created yet');
    return this.state.ids.requestPk;
  }

  /** Enters a stage. Waiting orders that the new stage does not take came too late, and are refused. */
  enter(stage: Stage): void {
    this.state.enter(stage);
    const taken = verbsOfStage(this.state, this.deadline.when).map(orderOf);
    this.inbox.refuse(
      (kind) => !taken.includes(kind),
      () => this.notNow(),
    );
  }

  /** For validators of Updates. @throws the failure of the attention, or NOT_NOW */
  allow(verb: Verb): void {
    const { state, deadline } = this;
    if (verbsOf(state, deadline.when).includes(verb)) return;
    const { attention, stage } = state;
    if (attention && verbsOfStage(state, deadline.when).includes(verb))
      throw callFailure(attention.code, attention.words, { stage });
    throw this.notNow();
  }

  private notNow(): ApplicationFailure {
    const { attention, stage } = this.state;
    return callFailure('NOT_NOW', attention?.words ?? `The request is ${wordsOf(this.state)}.`, { stage });
  }

  /**
   * Waits until the status at the provider changes or `until` holds. Returns the operator's decision, if one came meanwhile.
   *
   * @throws Ending if somebody orders the end, the deadline passes, or the provider says CANCELLED while an operator is awaited
   */
  async statusChanged(
    summary: string,
    deadlineReason: string,
    wait: { until?: () => boolean; soon?: boolean } = {},
  ): Promise<Resolved | undefined> {
    const { state, attention, deadline, inbox, endOrder } = this;
    const seen = state.providerStatus ?? '';
    const until = () => endOrder.given || deadline.expired || inbox.has('resolve') || (wait.until?.() ?? false);
    let recovering = state.attention?.step === 'watch';
    const soon = wait.soon ?? false;
    state.show();
    for (;;) {
      const watched = await this.watch.next(this.requestPk, seen, { summary, until, soon, recovering });
      switch (watched.end) {
        case 'answer':
          if (recovering) attention.clear();
          // After trouble, even the same status ends the wait: its own attention must be set again.
          if (state.see(watched.read, watched.foundBy) || recovering) return undefined;
          break;
        case 'failed':
          attention.set('watch', watched.failure);
          if (watched.failure.temporary) deadline.hold(watched.failure.since);
          else if ((await this.operator.decision({ overtakenBy: () => true, recovering: true })).end === 'overtaken') {
            attention.clear();
            return undefined;
          }
          recovering = true;
          break;
        case 'interrupted': {
          endOrder.throwIfGiven();
          if (inbox.has('resolve')) {
            const decision = await this.operator.decision();
            return decision.end === 'resolved' ? decision : undefined;
          }
          if (deadline.expired && (await this.readStatus())) return undefined;
          this.throwIfExpired(deadlineReason);
          return undefined;
        }
      }
    }
  }

  /** Reads the status once, after the gap between two reads. True when it changed. */
  async readStatus(): Promise<boolean> {
    const order = { requestPk: this.requestPk, gap: this.request.policy.watch.gap };
    this.watch.reads();
    const { value } = await this.steps.run(
      'watch',
      (activities, journal) => activities.readStatus(this.request.key, order, journal),
      {
        summary: 'read the request at the provider',
      },
    );
    return this.state.see(value, 'poll');
  }

  /** @throws Ending when the deadline has passed */
  throwIfExpired(reason: string): void {
    if (this.deadline.expired) throw new Ending('expired', reason, { kind: 'policy' });
  }

  /** Notes that the deadline is near. */
  private remind(at: number): void {
    const { stage } = this.state;
    this.state.happened('deadline-near', { stage, deadline: new Date(at).toISOString() });
    this.journal.tell();
  }
}
