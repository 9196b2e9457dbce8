import { DefaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { ActivityFailure, ApplicationFailure, CancelledFailure, TimeoutFailure } from '@temporalio/workflow';
import type { StepFailure } from '../../messages/activities.js';

/**
 * The failure that a step reports. Undefined if the step was only cancelled.
 *
 * @throws any other error. It is a defect of ours: the workflow task fails with it, and Temporal shows and retries it slowly. A
 *   retry by the step would keep the worker busy forever.
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
        words: 'It failed in our own code. The log of the worker says where.',
      }
    );
  }
  if (cause instanceof CancelledFailure) return undefined;
  if (!(error instanceof ActivityFailure)) throw error;
  return { code: 'STEP_FAILED', temporary: true, words: 'It did not finish in its time. It is tried again.' };
}

/**
 * The failure of the previous try, if the budget ended during a try or a pause. It says more than that the time is over. The
 * server sends it, but the error class of the SDK (1.24) has no field for it.
 */
function lastTry(ended: unknown): Error | undefined {
  const previous = ended instanceof TimeoutFailure ? ended.failure?.cause : undefined;
  return previous ? new DefaultFailureConverter().failureToError(previous, defaultPayloadConverter) : undefined;
}
