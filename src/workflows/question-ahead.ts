import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { ASKED_AHEAD } from '../messages/steering.js';

/**
 * Guards every workflow against a defect of the SDK (1.24). A query that waited for a worker is answered from the whole
 * history, also from events that no workflow task has handled yet. The task that comes later then finds a workflow that
 * has seen them one by one, where a replay sees them at once and may take another way: a history that nobody can replay.
 *
 * Such events come without a task of their own: the time of the activation, which is that of its task, stands still. The
 * query fails instead, and the worker forgets the workflow; who asked asks again.
 */
export const interceptors: WorkflowInterceptorsFactory = () => {
  let task = '';
  let handled = 0;
  return {
    internals: [
      {
        activate(input, next) {
          const { timestamp, historyLength, isReplaying } = input.activation;
          const started = `${timestamp?.seconds?.toString()}.${timestamp?.nanos}`;
          if (isReplaying !== true && started === task && Number(historyLength) > handled) throw new Error(ASKED_AHEAD);
          task = started;
          handled = Number(historyLength);
          next(input);
        },
      },
    ],
  };
};
