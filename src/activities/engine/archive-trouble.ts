import { ApplicationFailure } from '@temporalio/activity';
import type { Archive } from '../../archive/archive.js';
import type { SignatureActivities, StepFailure } from '../../messages/activities.js';
import { ARCHIVE_TROUBLE } from '../../messages/failures.js';
import { stepFailure } from './failures.js';

/**
 * The watch waits by retrying, so it would never report that the archive is away. When the trouble outlasts the step's
 * budget, the step fails with the time when it began. The deadline stands still from then on.
 */
export function failingForArchiveTrouble(watch: Watch, clock: Pick<Archive, 'now'>): Watch {
  /** Milliseconds since 1970, as this worker has seen it. Only this process compares it. */
  let since: number | undefined;
  return async (key, order) => {
    try {
      const seen = await watch(key, order);
      since = undefined;
      return seen;
    } catch (error) {
      const failure = archiveTroubleIn(error);
      if (failure === undefined) {
        since = undefined;
        throw error;
      }
      since ??= clock.now();
      if (order.recovering || clock.now() - since < order.budget) throw error;
      throw stepFailure(failure.code, failure.words, { retry: false, temporary: true, since, facts: failure.facts });
    }
  };
}

type Watch = SignatureActivities['watch'];

function archiveTroubleIn(error: unknown): StepFailure | undefined {
  if (!(error instanceof ApplicationFailure)) return undefined;
  const failure = error.details?.[0] as StepFailure | undefined;
  return failure !== undefined && ARCHIVE_TROUBLE.has(failure.code) ? failure : undefined;
}
