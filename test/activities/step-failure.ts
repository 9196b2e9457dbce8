import { ApplicationFailure } from '@temporalio/common';
import type { StepFailure } from '../../src/messages/activities.js';

/** What a request notes of a call, where the test does not look at it. */
export const NOTHING = { id: 'run-1', shows: [], events: [] };

/** A failed try as the workflow sees it: the code, whether Temporal tries again, and after how many milliseconds if not by plan. */
export interface FailedTry extends StepFailure {
  retries: boolean;
  pause: unknown;
}

/** @throws Error if it does not fail, or fails in another way than a step */
export async function failureOf(running: Promise<unknown>): Promise<FailedTry> {
  const failure = await running.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(failure instanceof ApplicationFailure)) throw new Error('it did not fail as a step does', { cause: failure });
  const details = failure.details?.[0] as StepFailure;
  return { ...details, retries: !failure.nonRetryable, pause: failure.nextRetryDelay };
}
