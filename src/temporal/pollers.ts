import type { Client } from '@temporalio/client';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import proto from '@temporalio/proto';
import { temporalFailure } from './calls.js';
import { TemporalClock } from './clock.js';

/** Milliseconds. A worker polls at least once a minute. A worker whose last poll is older has stopped. */
const POLLED_WITHIN = 75_000;
/** Milliseconds for the question itself. */
const ANSWER_WITHIN = 5_000;

/**
 * Whether a worker serves the task queue. A worker that was killed is still counted for about a minute.
 *
 * @param clock Temporal's, which has stamped the polls
 * @throws VideoIdError TEMPORAL_UNREACHABLE
 */
export async function isWorkerPolling(
  client: Client,
  taskQueue: string,
  clock = new TemporalClock(),
): Promise<boolean> {
  try {
    const { pollers } = await client.withDeadline(Date.now() + ANSWER_WITHIN, () =>
      client.workflowService.describeTaskQueue({
        namespace: client.options.namespace,
        taskQueue: { name: taskQueue },
        taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
      }),
    );
    await clock.refresh(client);
    return pollers.some(({ lastAccessTime }) => clock.now() - (optionalTsToMs(lastAccessTime) ?? 0) < POLLED_WITHIN);
  } catch (error) {
    throw temporalFailure(error);
  }
}
