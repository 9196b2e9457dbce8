import { type ActivateInput, defaultPayloadConverter, type WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { ASKED_AHEAD } from '../../messages/steering.js';

/** The id that the SDK gives a query which came alone. One that came with a task has another id, and comes after its events. */
const ALONE = 'legacy_query';

/**
 * Guards every workflow against a defect of the SDK (1.24). A query that waited for a worker is answered from the whole
 * history, also from events that no workflow task has handled yet. The workflow has then seen those events one by one. A replay
 * sees them at once and may act differently, so nobody can replay the history any more.
 *
 * Such a query fails instead, the worker forgets the workflow, and the client asks again. There are two signs of it. Events came,
 * but the time of the activation is still that of the last task. Or the history is longer than the query says it was when it was
 * asked; only our own queries say so.
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

/** How many events there were when the query was asked. Infinity where it does not say. */
function askedAt({ jobs }: ActivateInput['activation']): number {
  const query = jobs?.[0]?.queryWorkflow;
  const [length] = query?.queryId === ALONE ? (query.arguments ?? []) : [];
  const events: unknown = length && defaultPayloadConverter.fromPayload(length);
  return typeof events === 'number' ? events : Infinity;
}
