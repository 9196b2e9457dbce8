import { type ActivateInput, defaultPayloadConverter, type WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { ASKED_AHEAD } from '../../messages/steering.js';

/** The SDK's id of a query without a task. A query that comes with a task has another id, and comes after the task's events. */
const ALONE = 'legacy_query';

/**
 * Guards every workflow against a defect of the SDK (1.24). The SDK answers a query that waited for a worker from the whole
 * history, including events that no workflow task has handled yet. So the workflow sees those events one by one. A replay sees
 * them all at once and may act differently, so the history can no longer be replayed.
 *
 * Such a query fails here, the worker drops the workflow from its cache, and the client asks again. It has two signs. Events came,
 * but the activation has the time of the last task. Or the history is longer than it was when the query was asked: our own
 * queries say how long it was.
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
          const withoutTask = isReplaying !== true && started === task && events > handled;
          if (withoutTask || events > askedAt(input.activation)) throw new Error(ASKED_AHEAD);
          task = started;
          handled = events;
          next(input);
        },
      },
    ],
  };
};

/** How many events there were when the query was asked. Infinity if the query does not say. */
function askedAt({ jobs }: ActivateInput['activation']): number {
  const query = jobs?.[0]?.queryWorkflow;
  const [length] = query?.queryId === ALONE ? (query.arguments ?? []) : [];
  const events: unknown = length && defaultPayloadConverter.fromPayload(length);
  return typeof events === 'number' ? events : Infinity;
}
