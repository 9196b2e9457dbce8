import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { Archive } from '../../archive/archive.js';
import { isWorkerPolling } from '../../temporal/pollers.js';
import type { Found } from './cause.js';

const DOCTOR = { words: 'compare the settings of all processes', command: 'videoid doctor' };

/**
 * The cause, if a request waits in a task queue that no worker serves, and workers serve another one: the process that started the
 * request has other settings than the workers. Undefined if that is not so.
 *
 * @throws VideoIdError TEMPORAL_UNREACHABLE, ARCHIVE_UNAVAILABLE
 */
export async function inOtherQueue(
  { client, archive }: { client: Client; archive: Pick<Archive, 'notices'> },
  { taskQueue, startTime }: Pick<WorkflowExecutionDescription, 'taskQueue' | 'startTime'>,
): Promise<Found | undefined> {
  const running = await archive.notices.processes();
  const served = new Set(running.filter(({ kind }) => kind === 'worker').map(({ temporal }) => temporal.taskQueue));
  if (served.size === 0 || served.has(taskQueue) || (await isWorkerPolling(client, taskQueue))) return undefined;
  return {
    state: 'silent',
    code: 'WORKER_AWAY',
    words: `The request was started for the task queue ${taskQueue}, and the running workers serve ${[...served].join(', ')}. Nothing of it is lost. Correct temporal.taskQueue of the process that started it.`,
    since: startTime.toISOString(),
    leavesByItself: false,
    endsBy: [`a worker that serves ${taskQueue}`],
    remedies: [
      {
        words: 'start a worker for that task queue too, until these requests have ended',
        command: `VIDEOID_TEMPORAL_TASK_QUEUE=${taskQueue} VIDEOID_WORKER_HEALTH_PORT=0 videoid worker`,
      },
      DOCTOR,
    ],
  };
}
