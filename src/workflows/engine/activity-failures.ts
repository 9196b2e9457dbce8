import { DefaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { ActivityFailure, ApplicationFailure, CancelledFailure, TimeoutFailure } from '@temporalio/workflow';
import type { StepFailure } from '../../messages/activities.js';

/**
 * The failure a step reports, or nothing when it was only cancelled.
 *
 * @throws anything that is no failure of an activity. It is a mistake of ours: the workflow task fails with it, which Temporal
 *   shows and retries at a slow pace. Retried by the step, it would keep the worker busy for ever.
 */
export function failureOf(error: unknown): StepFailure | undefined {
  const ended = error instanceof ActivityFailure ? error.cause : error;
  const cause = lastTry(ended) ?? ended;
  if (cause instanceof ApplicationFailure) {
    if (cause.type === 'STILL_WAITING') return undefined;
    const failure = cause.details?.[0] as StepFailure | undefined;
    return (
      failure ?? {
        code: 'STEP_FAILED',
        temporary: !cause.nonRetryable,
        words: 'The step failed in our own code; the log of the worker says where.',
      }
    );
  }
  if (cause instanceof CancelledFailure) return undefined;
  if (!(error instanceof ActivityFailure)) throw error;
  return { code: 'STEP_FAILED', temporary: true, words: 'The step did not finish in its time; it is tried again.' };
}

/**
 * Where a budget ended in the middle of a try or of a pause: how the try before failed. That says more than that the time is up.
 * The server tells it, but the error of the SDK (1.24) has no place for it.
 */
function lastTry(ended: unknown): Error | undefined {
  const told = ended instanceof TimeoutFailure ? ended.failure?.cause : undefined;
  return told ? new DefaultFailureConverter().failureToError(told, defaultPayloadConverter) : undefined;
}
