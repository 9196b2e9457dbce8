import { ActivityFailure, proxyActivities, sleep } from '@temporalio/workflow';
import type { JournaledActivities, Leftovers } from '../messages/activities.js';
import type { StepPolicy } from '../messages/policy.js';
import type { RequestKey } from '../messages/request.js';
import { AFTER_END, pauses } from './engine/pauses.js';

export const CLEANUP_WORDS = {
  signature: 'delete the copies at the Optimizer',
  enrolment: 'cancel at the provider',
};

export interface CleanupOrder extends Leftovers {
  key: RequestKey;
  policy: StepPolicy;
}

/** Deletes or cancels at the provider what a request left there. It keeps trying for days after the request has ended. */
export async function cleanup({ key, requestPks, uids, policy }: CleanupOrder): Promise<void> {
  const { clean } = proxyActivities<JournaledActivities>({
    startToCloseTimeout: policy.startToClose,
    scheduleToCloseTimeout: AFTER_END,
    retry: pauses(policy.slowest, 12 * policy.slowest),
    summary: CLEANUP_WORDS[key.flow],
  });
  const until = Date.now() + AFTER_END;
  for (;;) {
    try {
      await clean(key, { requestPks, uids });
      return;
    } catch (error) {
      // A proxy may have refused it, or credentials may be corrected later.
      if (!(error instanceof ActivityFailure) || Date.now() >= until) throw error;
      await sleep(12 * policy.slowest, { summary: 'until it is tried again' });
    }
  }
}
