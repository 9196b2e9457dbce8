import { DefaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { ActivityFailure, ApplicationFailure, CancelledFailure, TimeoutFailure } from '@temporalio/workflow';
import type { StepFailure } from '../../messages/activities.js';

/**
 * The failure a step reports, or nothing when it was only cancelled.
 *
 * @throws what is no failure of an activity: tried again at once and for ever, a mistake of ours would keep the worker from
 *   everything else. The workflow task fails with it instead, which Temporal shows and tries again later.
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
 * Of a budget that ended in the middle of a try, or of a pause: how the try before failed, which says more than that time
 * is up. The server tells; the SDK (1.24) gives it no place in its error.
 */
function lastTry(ended: unknown): Error | undefined {
  const told = ended instanceof TimeoutFailure ? ended.failure?.cause : undefined;
  return told ? new DefaultFailureConverter().failureToError(told, defaultPayloadConverter) : undefined;
}
