import type { StepFailure } from '../../messages/activities.js';
import type { Actor, Outcome, OutcomeKind } from '../../messages/outcome.js';
import type { CancelOrder } from '../../messages/steering.js';
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
    /** Whether the decider has given the video up although it may be finished. */
    readonly discardsVideo = false,
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
 * The end for CANCELLED at the provider. A call of ours may have made it, which this run does not know. Otherwise: after the video, it
 * means refused, in both flows. Before, nobody has decided anything.
 */
export function endedAtProvider({
  videoFinished,
  endedBefore,
}: Pick<RequestState, 'videoFinished' | 'endedBefore'>): Ending {
  if (endedBefore !== undefined && isEarly(endedBefore)) {
    const { outcome, reason, actor: by, ...words } = endedBefore;
    return new Ending(outcome, reason, by, words);
  }
  const actor = { kind: 'provider' } as const;
  return videoFinished
    ? new Ending('refused', 'refused-at-provider', actor)
    : new Ending('cancelled', 'cancelled-at-provider', actor);
}

function isEarly<Of extends { outcome: OutcomeKind }>(ending: Of): ending is Of & { outcome: Ending['kind'] } {
  return ending.outcome !== 'signed' && ending.outcome !== 'enrolled';
}

/** An order to end the request. It takes effect between steps, or between two tries of a step. */
export class EndOrder {
  ending: Ending | undefined;

  /** The first order counts. */
  give(ending: Ending): void {
    this.ending ??= ending;
  }

  cancel({ actor, reason, discardVideo }: CancelOrder): void {
    this.give(new Ending('cancelled', `cancelled-by-${actor.kind}`, actor, { note: reason }, discardVideo));
  }

  get given(): boolean {
    return this.ending !== undefined;
  }

  /** @throws Ending if somebody has ordered the end */
  throwIfGiven(): void {
    if (this.ending) throw this.ending; // oxlint-disable-line typescript/only-throw-error -- not an error: the end of the story
  }
}
