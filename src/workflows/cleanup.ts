import { proxyActivities } from '@temporalio/workflow';
import type { SignatureActivities } from '../messages/activities.js';
import type { StepPolicy } from '../messages/policy.js';
import type { RequestKey, RequestPk } from '../messages/request.js';
import { AFTER_END, pauses } from './pauses.js';

export interface CleanupOrder {
  key: RequestKey;
  requestPk: RequestPk;
  uids: string[];
  policy: StepPolicy;
}

/** Deletes at the Optimizer what a request left there; keeps trying for days after the request has ended. */
export async function cleanup({ key, requestPk, uids, policy }: CleanupOrder): Promise<void> {
  const { clean } = proxyActivities<SignatureActivities>({
    startToCloseTimeout: policy.startToClose,
    scheduleToCloseTimeout: AFTER_END,
    retry: pauses(policy.slowest, 12 * policy.slowest),
    summary: 'delete the copies at the Optimizer',
  });
  await clean(key, { requestPk, uids, events: [] });
}
