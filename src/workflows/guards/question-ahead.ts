import { type ActivateInput, defaultPayloadConverter, type WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { ASKED_AHEAD } from '../../messages/steering.js';

/** The id that the SDK gives a query which came by itself; one that came with a task has another, and comes after its events. */
const ALONE = 'legacy_query';

/**
 * Guards every workflow against a defect of the SDK (1.24). A query that waited for a worker is answered from the whole
 * history, also from events that no workflow task has handled yet. The task that comes later then finds a workflow that
 * has seen them one by one, where a replay sees them at once and may take another way: a history that nobody can replay.
 *
 * Such a query fails instead, and the worker forgets the workflow; who asked asks again. It shows in two ways. The time of
 * an activation is that of its task, and stands still where events come without one. And our own queries say how long the
 * history was when they were asked: that tells also of a task which another query's end, or a worker's, left undone.
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

/** Events there were when a query was asked; without end where it does not say, or is none. */
function askedAt({ jobs }: ActivateInput['activation']): number {
  const query = jobs?.[0]?.queryWorkflow;
  const [length] = query?.queryId === ALONE ? (query.arguments ?? []) : [];
  const events: unknown = length && defaultPayloadConverter.fromPayload(length);
  return typeof events === 'number' ? events : Infinity;
}
