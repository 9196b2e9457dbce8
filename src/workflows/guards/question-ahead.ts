import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { ASKED_AHEAD } from '../../messages/steering.js';

/**
 * Guards every workflow against a defect of the SDK (1.24). The SDK answers a query that waited for a worker from the whole
 * history, including events that no workflow task has handled yet. So the workflow sees those events one by one. A replay sees
 * them all at once and may act differently, so the history can no longer be replayed.
 *
 * Such a query fails here, and the worker drops the workflow from its cache. Its sign: events came, but the activation has the time
 * of the last task. None of our programs asks a query. The Temporal UI does, and so may people.
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
          const events = Number(historyLength);
          if (isReplaying !== true && started === task && events > handled) throw new Error(ASKED_AHEAD);
          task = started;
          handled = events;
          next(input);
        },
      },
    ],
  };
};
