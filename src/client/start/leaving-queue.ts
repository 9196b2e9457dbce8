import { WorkflowNotFoundError } from '@temporalio/client';
import type { RequestRecord } from '../../archive/request-record.js';
import { VideoIdError } from '../../messages/failures.js';
import { CALL_WITHIN, temporalFailure } from '../../temporal/calls.js';
import { assertHereNow, type RequestAccess, servedQueues } from '../running/access.js';
import { assertOurs } from './workflow-start.js';

/**
 * Ends a request that waits in a task queue that no worker serves, so that it can be started in that of this process. Nothing happens
 * at the provider.
 *
 * @returns the task queue that it left; undefined if it need not leave one
 * @throws VideoIdError WORKER_AWAY if no worker serves the task queue of this process either; as `startWorkflow`
 */
export async function leaveOtherQueue(access: RequestAccess, record: RequestRecord): Promise<string | undefined> {
  const { archive, client, config } = access;
  const { taskQueue: own } = config.temporal;
  const { workflowId } = record;
  try {
    return await client.withDeadline(Date.now() + CALL_WITHIN, async () => {
      const { runId, status, taskQueue } = await client.workflow.getHandle(workflowId).describe();
      if (status.name !== 'RUNNING' || taskQueue === own) return undefined;
      const served = servedQueues(client);
      if (await served(taskQueue)) return undefined;
      if (!(await served(own))) throw nowhereServed(taskQueue, own);
      await assertHereNow(access, record);
      await assertOurs(client, record, archive.id);
      await client.workflow.getHandle(workflowId, runId).terminate(`It goes on in the task queue ${own}.`);
      return taskQueue;
    });
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw temporalFailure(error);
  }
}

function nowhereServed(taskQueue: string, own: string): VideoIdError {
  return new VideoIdError(
    'WORKER_AWAY',
    `The request waits in the task queue ${taskQueue}. No worker serves it, and none serves ${own}, which the settings here name.`,
    {
      field: 'temporal.taskQueue',
      remedy:
        'Start a worker, or correct temporal.taskQueue here, then repeat the call. `videoid doctor` compares both.',
    },
  );
}
