import { activityInfo, ApplicationFailure } from '@temporalio/activity';
import type { StepFailure } from '../messages/activities.js';
import type { FailureCode } from '../messages/failures.js';

/** Failures of one cause: among them one is as good as the other, and an outage brings them in turn. */
const OF_ONE_CAUSE: FailureCode[][] = [
  ['PROVIDER_UNREACHABLE', 'PROVIDER_BUSY', 'PROVIDER_ANSWER_UNKNOWN'],
  ['ARCHIVE_FULL', 'ARCHIVE_UNAVAILABLE', 'ARCHIVE_NOT_SHARED'],
];

/**
 * A step that keeps trying leaves no history, so the request shows the failure with which that began. A try that fails for
 * another cause ends it: the request shows that one, and goes on trying. Not the first try, which follows at once on the
 * failure before; so news cannot come faster than tries do.
 *
 * @param shown the failure that is shown; undefined while the step is within its budget, when nothing is shown
 */
export async function tellingNews<T>(shown: FailureCode | undefined, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (shown === undefined || activityInfo().attempt === 1 || !(error instanceof ApplicationFailure)) throw error;
    const failure = error.details?.[0] as StepFailure | undefined;
    if (error.nonRetryable || failure === undefined || !isNews(failure, shown)) throw error;
    throw ApplicationFailure.create({
      type: failure.code,
      message: failure.words,
      nonRetryable: true,
      details: [failure],
    });
  }
}

/** That a try took too long says less than any cause; what is not temporary would ask for a decision that may be needless. */
function isNews({ code, temporary }: StepFailure, shown: FailureCode): boolean {
  if (!temporary || code === shown || code === 'STEP_FAILED') return false;
  return !OF_ONE_CAUSE.some((codes) => codes.includes(code) && codes.includes(shown));
}
