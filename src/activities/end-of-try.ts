import { activityInfo } from '@temporalio/activity';
import { stepFailure } from './step-failures.js';

/**
 * Aborts when the server gives up this try, so that a slow one does nothing beside the next. The server does not tell: a
 * try without heartbeats runs on.
 */
export function endOfTry(): AbortSignal {
  const { startToCloseTimeoutMs, scheduleToCloseTimeoutMs, scheduledTimestampMs, currentAttemptScheduledTimestampMs } =
    activityInfo();
  // Differences of the server's clock only; ours may be another.
  const spent = currentAttemptScheduledTimestampMs - scheduledTimestampMs;
  const ofBudget = scheduleToCloseTimeoutMs > 0 ? scheduleToCloseTimeoutMs - spent : Infinity;
  const end = new AbortController();
  const failure = stepFailure('STEP_FAILED', 'It took longer than one try may take; it is tried again.', {
    retry: true,
  });
  setTimeout(() => end.abort(failure), Math.max(0, Math.min(startToCloseTimeoutMs, ofBudget))).unref();
  return end.signal;
}
