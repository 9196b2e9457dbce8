import { condition } from '@temporalio/workflow';
import type { ProviderStatus } from '../../messages/request.js';
import type { Resolution } from '../../messages/steering.js';
import { mayCorrectCreate } from './create-doubt.js';
import type { DeadlineTimer } from './deadline-timer.js';
import { endedAtProvider, type EndWish } from './endings.js';
import type { Call, Inbox } from './inbox.js';
import type { RequestState } from './request-state.js';
import type { ProviderWatch } from './watch.js';

/** What an operator decided. The call is still to be answered where the remedy is `new-video`. */
export interface Resolved {
  end: 'resolved';
  resolution: Resolution;
  call?: Call<'resolve'>;
}
/** What ended the wait for an operator: a decision, or a status at the provider. */
export type Decision = Resolved | { end: 'overtaken'; status: ProviderStatus };

export interface OperatorWait {
  /** Whether the wish to end counts meanwhile. */
  mayEnd?: boolean;
  /** Whether the provider is watched meanwhile; as `mayEnd` when left out. */
  watched?: boolean;
  /** Whether this status at the provider makes the decision needless. */
  overtakenBy?: ((status: ProviderStatus) => boolean) | undefined;
  /** Whether reading was refused before, so that any answer is news. */
  recovering?: boolean;
}

/** Where a request does not go on by itself, an operator decides. */
export class Operator {
  constructor(
    private readonly state: RequestState,
    private readonly deadline: DeadlineTimer,
    private readonly inbox: Inbox,
    private readonly wish: EndWish,
    private readonly watch: ProviderWatch,
  ) {}

  /**
   * Waits for a decision, or for corrected data where a create waits. The deadline stands still. The provider is watched
   * meanwhile, also while it cannot be read. If it says CANCELLED, and that does not settle the wait, the request ends.
   */
  async decision(wait: OperatorWait = {}): Promise<Decision> {
    const { mayEnd = true, watched = mayEnd } = wait;
    this.deadline.hold();
    const corrected = (): boolean => this.inbox.has('correct') && mayCorrectCreate(this.state);
    const until = (): boolean => this.inbox.has('resolve') || corrected() || (mayEnd && this.wish.expressed);
    const status = watched ? await this.statusThatSettles(until, wait) : undefined;
    if (status !== undefined) return { end: 'overtaken', status };
    await condition(until);
    return this.taken(mayEnd) ?? { end: 'resolved', resolution: { remedy: 'retry', actor: { kind: 'policy' } } };
  }

  /** What an operator has decided, if so. @throws Ending if somebody wishes the end, and may. */
  taken(mayEnd: boolean): Resolved | undefined {
    const call = this.inbox.take('resolve');
    if (call) {
      const { remedy, actor, note } = call.order;
      // Another video is answered when it is there: until then the link is the one of the video before.
      if (remedy !== 'new-video') call.answer({ stage: this.state.stage });
      this.state.happened('resolved', { remedy }, actor);
      if (remedy === 'cancel') this.wish.cancel({ actor, reason: note ?? 'given up' });
    }
    if (mayEnd) this.wish.heed();
    return call && { end: 'resolved', resolution: call.order, call };
  }

  private async statusThatSettles(
    until: () => boolean,
    { overtakenBy, recovering: refused = false }: OperatorWait,
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
          if (watched.read.status === 'CANCELLED') throw endedAtProvider(this.state);
      }
    }
    return undefined;
  }
}
