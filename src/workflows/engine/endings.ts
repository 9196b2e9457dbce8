import type { StepFailure } from '../../messages/activities.js';
import type { Actor, Outcome, OutcomeKind } from '../../messages/outcome.js';
import type { RequestState } from './request-state.js';

/** Thrown only by the story, to end the request early: cancelled, refused, expired, … */
export class Ending {
  constructor(
    readonly kind: Exclude<OutcomeKind, 'signed' | 'enrolled'>,
    /** A stable word: `video-deadline`, `refused-at-provider`, … */
    readonly reason: string,
    readonly actor: Actor,
    /** Free words of the decider. */
    readonly words: Pick<Outcome, 'note' | 'textForSigner'> = {},
  ) {}
}

/** Thrown by a step, to end the request as the archive says that it ended before. Nothing more is done for it. */
export class RecordedEnd {
  constructor(readonly outcome: Outcome) {}
}

/** @throws RecordedEnd if a step was refused because the request has ended before */
export function throwIfRecorded({ recorded }: StepFailure): void {
  if (recorded) throw new RecordedEnd(recorded); // oxlint-disable-line typescript/only-throw-error -- not an error: the end of the story
}

/**
 * The end for CANCELLED at the provider. After the video, it means refused, in both flows. Before, nobody has decided anything.
 */
export function endedAtProvider({ videoFinished }: Pick<RequestState, 'videoFinished'>): Ending {
  const actor = { kind: 'provider' } as const;
  return videoFinished
    ? new Ending('refused', 'refused-at-provider', actor)
    : new Ending('cancelled', 'cancelled-at-provider', actor);
}

/** An order to end the request. It takes effect between steps, or between two tries of a step. */
export class EndOrder {
  ending: Ending | undefined;

  /** The first order counts. */
  give(ending: Ending): void {
    this.ending ??= ending;
  }

  cancel(order: { actor: Actor; reason: string }): void {
    this.give(new Ending('cancelled', `cancelled-by-${order.actor.kind}`, order.actor, { note: order.reason }));
  }

  get given(): boolean {
    return this.ending !== undefined;
  }

  /** @throws Ending if somebody has ordered the end */
  throwIfGiven(): void {
    if (this.ending) throw this.ending; // oxlint-disable-line typescript/only-throw-error -- not an error: the end of the story
  }
}
