import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { CALL_WITHIN, temporalFailure } from '../../temporal/calls.js';
import { isWorkerPolling } from '../../temporal/pollers.js';

/** Says whether workers serve a task queue. Temporal is asked once about each. @throws VideoIdError TEMPORAL_UNREACHABLE */
export function servedQueues(client: Client): (taskQueue: string) => Promise<boolean> {
  const asked = new Map<string, Promise<boolean>>();
  return (taskQueue) => {
    const known = asked.get(taskQueue) ?? isWorkerPolling(client, taskQueue);
    asked.set(taskQueue, known);
    return known;
  };
}

/**
 * The task queue for which a request was started. Only workers that serve it can go on with the request. Undefined if Temporal does
 * not have the request.
 *
 * @throws VideoIdError TEMPORAL_UNREACHABLE
 */
export async function queueOf(client: Client, workflowId: string): Promise<string | undefined> {
  try {
    const { taskQueue } = await client.withDeadline(Date.now() + CALL_WITHIN, () =>
      client.workflow.getHandle(workflowId).describe(),
    );
    return taskQueue;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw temporalFailure(error);
  }
}
