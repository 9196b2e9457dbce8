import type { Actor, Outcome, OutcomeKind } from '../../messages/outcome.js';
import type { RequestState } from './request-state.js';

/** Thrown by the story, and only there, when the request is to end in another way than wanted. */
export class Ending {
  constructor(
    readonly kind: Exclude<OutcomeKind, 'signed' | 'enrolled'>,
    /** A stable word: `video-deadline`, `refused-by-officer`, … */
    readonly reason: string,
    readonly actor: Actor,
    /** Free words of the decider. */
    readonly words: Pick<Outcome, 'note' | 'textForSigner'> = {},
  ) {}
}

/**
 * The provider says CANCELLED. After the video that means refused, in both flows. Before, nobody has looked at anything yet.
 */
export function endedAtProvider({ videoFinished }: Pick<RequestState, 'videoFinished'>): Ending {
  const actor = { kind: 'provider' } as const;
  return videoFinished
    ? new Ending('refused', 'refused-at-provider', actor)
    : new Ending('cancelled', 'cancelled-at-provider', actor);
}

/** Somebody wants the request to end. The wish takes effect between steps, or between two tries of a step. */
export class EndWish {
  ending: Ending | undefined;

  /** The first wish counts. */
  express(ending: Ending): void {
    this.ending ??= ending;
  }

  cancel(order: { actor: Actor; reason: string }): void {
    this.express(new Ending('cancelled', `cancelled-by-${order.actor.kind}`, order.actor, { note: order.reason }));
  }

  get expressed(): boolean {
    return this.ending !== undefined;
  }

  /** @throws Ending if somebody wishes so. */
  heed(): void {
    if (this.ending) throw this.ending; // oxlint-disable-line typescript/only-throw-error -- not an error: the end of the story
  }
}
