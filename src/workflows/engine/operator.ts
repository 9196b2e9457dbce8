import { condition } from '@temporalio/workflow';
import type { ProviderStatus } from '../../messages/request.js';
import type { Resolution } from '../../messages/steering.js';
import { mayCorrectCreate } from './create-doubt.js';
import type { DeadlineTimer } from './deadline-timer.js';
import { endedAtProvider, type EndOrder } from './endings.js';
import type { Call, Inbox } from './inbox.js';
import type { Journal } from './journal.js';
import type { RequestState } from './request-state.js';
import type { ProviderWatch } from './watch.js';

/** What an operator decided. If the remedy is `new-video`, the story must still answer the call. */
export interface Resolved {
  end: 'resolved';
  resolution: Resolution;
  call?: Call<'resolve'>;
}
/** What ended the wait for an operator: a decision, or a status at the provider. */
export type Decision = Resolved | { end: 'overtaken'; status: ProviderStatus };

export interface OperatorWait {
  /** Whether an order to end the request counts meanwhile. */
  mayEnd?: boolean;
  /** Whether the request ends if the provider says CANCELLED meanwhile. Default: true. */
  endsIfCancelled?: boolean;
  /** Whether this status at the provider makes the decision needless. */
  overtakenBy?: ((status: ProviderStatus) => boolean) | undefined;
  /** Whether the provider could not be read before. Then any answer ends the wait. */
  recovering?: boolean;
}

/** Waits for an operator's decision when a request does not go on by itself. */
export class Operator {
  constructor(
    private readonly state: RequestState,
    private readonly deadline: DeadlineTimer,
    private readonly inbox: Inbox,
    private readonly endOrder: EndOrder,
    private readonly watch: ProviderWatch,
    private readonly journal: Journal,
  ) {}

  /**
   * Waits for a decision. A waiting create also takes corrected data. The deadline stands still. The provider is watched
   * meanwhile, also while reads fail. If it says CANCELLED and that does not settle the step, the request ends.
   */
  async decision(wait: OperatorWait = {}): Promise<Decision> {
    const { mayEnd = true } = wait;
    this.deadline.hold();
    const corrected = (): boolean => this.inbox.has('correct') && mayCorrectCreate(this.state);
    const until = (): boolean => this.inbox.has('resolve') || corrected() || (mayEnd && this.endOrder.given);
    const status = mayEnd ? await this.statusThatSettles(until, wait) : undefined;
    if (status !== undefined) return { end: 'overtaken', status };
    this.journal.tell();
    await condition(until);
    // Corrected data: the create is tried again with it.
    return this.takeDecision(mayEnd) ?? { end: 'resolved', resolution: { remedy: 'retry', actor: { kind: 'policy' } } };
  }

  /** The operator's decision, if there is one. @throws Ending if somebody has ordered the end, and `mayEnd` allows it */
  takeDecision(mayEnd: boolean): Resolved | undefined {
    const call = this.inbox.take('resolve');
    if (call) {
      const { remedy, actor, note, ...discarding } = call.order;
      // `new-video` is answered later, when the new link exists.
      if (remedy !== 'new-video') call.answer({ stage: this.state.stage });
      this.state.happened('resolved', { remedy }, actor);
      if (remedy === 'cancel') this.endOrder.cancel({ ...discarding, actor, reason: note ?? 'given up' });
    }
    if (mayEnd) this.endOrder.throwIfGiven();
    return call && { end: 'resolved', resolution: call.order, call };
  }

  private async statusThatSettles(
    until: () => boolean,
    { overtakenBy, endsIfCancelled = true, recovering: refused = false }: OperatorWait,
  ): Promise<ProviderStatus | undefined> {
    const { ids } = this.state;
    if (!ids) return undefined;
    let recovering = refused;
    if (refused) await this.watch.pause(until);
    while (!until()) {
      const seen = this.state.providerStatus ?? '';
      const summary = 'watch the provider while an operator is awaited';
      const watched = await this.watch.next(ids.requestPk, seen, { summary, until, recovering });
      recovering = watched.end === 'failed';
      switch (watched.end) {
        case 'interrupted':
          return undefined;
        case 'failed':
          if (!watched.failure.temporary) await this.watch.pause(until);
          break;
        case 'answer':
          this.state.see(watched.read, watched.foundBy);
          if (overtakenBy?.(watched.read.status)) return watched.read.status;
          if (watched.read.status === 'CANCELLED' && endsIfCancelled) throw endedAtProvider(this.state);
      }
    }
    return undefined;
  }
}
