import {
  type ApplicationFailure,
  CancellationScope,
  condition,
  proxyActivities,
  setHandler,
} from '@temporalio/workflow';
import type { Activities, StepFailure } from '../messages/activities.js';
import { defined } from '../messages/defined.js';
import type { AnyRequest, ProviderStatus, RequestPk } from '../messages/request.js';
import type { OutcomeKind } from '../messages/outcome.js';
import type { Stage, Verb } from '../messages/status.js';
import { Acceptances } from './acceptances.js';
import { Deadline } from './deadline.js';
import { Ending, EndWish } from './endings.js';
import { IdentityLooks } from './identity-looks.js';
import { Inbox, type QuestionKind, told } from './inbox.js';
import {
  abandonUpdate,
  cancelUpdate,
  correctUpdate,
  extendUpdate,
  hintSignal,
  identityUpdate,
  resolveUpdate,
  statusQuery,
} from './messages.js';
import { pauses } from './pauses.js';
import { RequestState } from './request-state.js';
import { type Resolved, Steps } from './steps.js';
import { ProviderWatch } from './waiting.js';

/** The verbs that leave a question in the inbox. */
const ASKED_BY: Record<QuestionKind, Verb[]> = {
  review: ['approve', 'refuse'],
  code: ['code'],
  sign: ['sign'],
  newVideo: ['new-video'],
  correct: ['correct'],
  provide: ['provide'],
  preauthLink: ['preauth-link'],
  resolve: ['resolve'],
};

/** What every running request has, whatever its flow: state, deadline, questions, the watch, and its steps. */
export class RequestRun {
  readonly deadline: Deadline;
  readonly state: RequestState;
  readonly inbox = new Inbox();
  readonly wish = new EndWish();
  readonly watch: ProviderWatch;
  readonly steps: Steps;
  readonly acceptances: Acceptances;
  private readonly looks: IdentityLooks;
  /** How often something was handed over to sign with. */
  signOrders = 0;
  /** Whether it is not known what became of the last one. */
  signInDoubt = false;

  constructor(readonly request: AnyRequest) {
    this.deadline = new Deadline({
      summary: () => `deadline of the stage "${this.state.stage}"`,
      remindBefore: request.policy.deadlines.remindBefore ?? [],
      remind: (at) => this.remind(at),
      late: (by) => this.state.happened('deadline-moved', { by, stage: this.state.stage }, { kind: 'policy' }),
    });
    this.state = new RequestState(request, () => this.deadline.when);
    this.watch = new ProviderWatch(request.key, request.policy);
    this.looks = new IdentityLooks(request.key, request.policy, this.state);
    this.steps = new Steps(request.policy, this.state, this.deadline, this.inbox, this.wish, this.watch);
    this.acceptances = new Acceptances(this.state, request.policy.acceptance);
    setHandler(statusQuery, () => this.state.status());
    setHandler(hintSignal, () => this.watch.hint());
    setHandler(resolveUpdate, (resolution) => this.inbox.ask('resolve', resolution), {
      validator: ({ remedy, ids }) => {
        this.allow('resolve');
        if (ids !== undefined && ids.videoidPk === undefined && request.key.flow === 'signature') {
          throw told('BAD_INPUT', 'A signature request is adopted by both of its ids.');
        }
        const remedies = this.state.attention?.remedies ?? [];
        if (!remedies.includes(remedy)) throw told('UNKNOWN_REMEDY', `Here an operator can: ${remedies.join(', ')}.`);
      },
    });
    setHandler(correctUpdate, (order) => this.inbox.ask('correct', order), {
      validator: ({ fields }) => {
        this.allow('correct');
        const problem = this.misplaced(fields);
        if (problem !== undefined) throw problem;
      },
    });
    setHandler(identityUpdate, (order) => this.looks.show(this.requestPk, order), {
      validator: (order) => {
        this.allow('identity');
        this.looks.allow(order);
      },
    });
    setHandler(
      cancelUpdate,
      (order) => {
        this.wish.cancel(order);
        return this.end();
      },
      { validator: (_order) => this.allow('cancel') },
    );
    setHandler(
      abandonUpdate,
      ({ reason, actor, note }) => {
        this.wish.express(new Ending('abandoned', reason, actor, defined({ note })));
        return this.end();
      },
      { validator: (_order) => this.allow('abandon') },
    );
    setHandler(
      extendUpdate,
      ({ by, actor, reason }) => {
        this.deadline.extend(by);
        this.state.happened('deadline-extended', { by, reason }, actor);
        this.state.show();
        return { deadline: this.deadline.when ?? '' };
      },
      {
        validator: ({ by }) => {
          this.allow('extend');
          if (!this.deadline.mayExtend(by)) throw told('BAD_INPUT', 'by: no deadline is further away than a year.');
        },
      },
    );
  }

  /** The request's id at the provider; there is none before create. */
  get requestPk(): RequestPk {
    if (!this.state.ids) throw new Error('the request is not created yet');
    return this.state.ids.requestPk;
  }

  /** The story goes on. What was asked in the stage before and would not be taken in this one came too late, and is told so. */
  enter(stage: Stage): void {
    this.state.enter(stage);
    const verbs = this.state.verbsOfStage();
    this.inbox.refuse(
      (kind) => !ASKED_BY[kind].some((verb) => verbs.includes(verb)),
      () => this.notNow(),
    );
  }

  /** Before the video the signer's address and phone are corrected, after it what identifies the signer. */
  misplaced(fields: string[] | undefined): ApplicationFailure | undefined {
    const afterVideo = this.state.stage === 'review';
    if (afterVideo === (fields !== undefined)) return undefined;
    const which = afterVideo ? 'what identifies the signer' : "the signer's e-mail address and phone";
    return told('NOT_NOW', `In this stage only ${which} can be corrected.`, { stage: this.state.stage });
  }

  /** For validators of Updates. @throws the failure that is in the way, or NOT_NOW */
  allow(verb: Verb): void {
    if (this.state.verbs().includes(verb)) return;
    const { attention, stage } = this.state;
    if (attention && this.state.verbsOfStage().includes(verb)) throw told(attention.code, attention.words, { stage });
    throw this.notNow();
  }

  private notNow(): ApplicationFailure {
    const { attention, stage } = this.state;
    return told('NOT_NOW', attention?.words ?? `The request is ${this.state.status().words}.`, { stage });
  }

  /** For steps that take over what an operator found: a refusal is noted, and is no trouble of the step. */
  adoptionRefused({ temporary, code }: StepFailure): Record<string, never> | undefined {
    if (temporary) return undefined;
    this.state.happened('adoption-refused', { code });
    return {};
  }

  /** For who wished the end: how it ended, which may be otherwise than wished. */
  private end(): Promise<{ outcome: OutcomeKind }> {
    return CancellationScope.nonCancellable(async () => {
      await condition(() => this.state.outcome !== undefined);
      return { outcome: this.state.outcome?.kind ?? 'cancelled' };
    });
  }

  /**
   * Waits for another status at the provider, or for `until`. Ends the request when somebody wishes so or the deadline passes.
   * Gives what an operator decided meanwhile.
   */
  async statusChanged(
    summary: string,
    deadlineReason: string,
    wait: { until?: () => boolean; soon?: boolean } = {},
  ): Promise<Resolved | undefined> {
    const seen = this.state.providerStatus ?? '';
    const until = () =>
      this.wish.expressed || this.deadline.expired || this.inbox.has('resolve') || (wait.until?.() ?? false);
    let recovering = this.state.attention?.step === 'watch';
    const soon = wait.soon ?? false;
    this.state.show();
    for (;;) {
      const shown = recovering ? this.state.attention?.code : undefined;
      const awaited = await this.watch.next(this.requestPk, seen, { summary, until, soon, recovering, shown });
      if ('status' in awaited) {
        if (recovering) this.steps.leaveAttention();
        this.state.identified(awaited);
        // After trouble the same status is news too: the attention that the caller has for it made way for the trouble.
        if (this.state.see(awaited.status, awaited.foundBy) || recovering) return undefined;
      } else if ('failure' in awaited) {
        this.steps.enterAttention('watch', awaited.failure);
        if (awaited.failure.temporary) this.deadline.hold(awaited.failure.since);
        else await this.steps.decision({ moot: (status) => status, recovering: true });
        recovering = true;
      } else {
        this.wish.heed();
        if (this.inbox.has('resolve')) {
          const decided = await this.steps.decision();
          return 'resolution' in decided ? decided : undefined;
        }
        if (this.deadline.expired && (await this.readStatus())) return undefined;
        this.heedDeadline(deadlineReason);
        return undefined;
      }
    }
  }

  /** Reads the status once, now. True when it changed. */
  async readStatus(): Promise<boolean> {
    const order = { requestPk: this.requestPk, gap: this.request.policy.watch.gap };
    this.watch.reads();
    const read = await this.steps.run('watch', (activities) => activities.readStatus(this.request.key, order), {
      summary: 'read the request at the provider',
    });
    this.state.identified(read);
    return this.state.see(read.status, 'poll');
  }

  /**
   * The status that decides an end. While a sign is in doubt nothing but the provider's word will do, or an operator's where it does
   * not give it; otherwise the request is not signed, and the last known status serves when it cannot be read.
   */
  async statusAtEnd(): Promise<ProviderStatus | undefined> {
    const order = { requestPk: this.requestPk, gap: this.request.policy.watch.gap };
    const known = { status: this.state.providerStatus ?? '' };
    const { status } = await this.steps.run('clean', (activities) => activities.readStatus(this.request.key, order), {
      summary: 'read the request once more before it ends',
      mayEnd: false,
      answers: () => (this.signInDoubt ? undefined : known),
      remedies: ({ temporary }) => (temporary ? {} : { skip: () => Promise.resolve(known) }),
    });
    return status;
  }

  heedDeadline(reason: string): void {
    if (this.deadline.expired) throw new Ending('expired', reason, { kind: 'policy' });
  }

  /** The evidence and the feed say that the deadline comes near. Beside the story: nothing waits for it. */
  private remind(at: number): void {
    const { stage } = this.state;
    const deadline = new Date(at).toISOString();
    this.state.happened('deadline-near', { stage, deadline });
    const { backoff, slowest } = this.request.policy.steps.record;
    const { remind } = proxyActivities<Activities>({
      startToCloseTimeout: this.request.policy.steps.record.startToClose,
      retry: pauses(backoff, slowest),
      summary: 'put the reminder into the feed',
    });
    void CancellationScope.nonCancellable(() =>
      remind(this.request.key, { stage, deadline, at: new Date().toISOString() }),
    ).catch(() => this.state.happened('reminder-not-fed', { stage, deadline }));
  }
}
