import { defaultPayloadConverter } from '@temporalio/common';
import { coresdk } from '@temporalio/proto';
import { ASKED_AHEAD } from '../../src/messages/steering.js';
import { interceptors } from '../../src/workflows/guards/question-ahead.js';

/** A query: its id in the SDK, and the number of events when it was asked. */
type Query = { queryId: string; askedAt?: number };

/** An activation as the SDK makes it: the task that started at `second`, the number of events, and whether it is a replay. */
type Activation = [second: number, historyLength: number, isReplaying: boolean, query?: Query];

/** Passes the activations to the guard of one workflow. Returns how many the workflow got. */
function taken(...activations: Activation[]): number {
  const [guard] = interceptors().internals ?? [];
  let count = 0;
  for (const [second, historyLength, isReplaying, query] of activations) {
    const timestamp = { seconds: second as unknown as Long, nanos: 5 };
    const { WorkflowActivation } = coresdk.workflow_activation;
    const jobs = query === undefined ? [] : [{ queryWorkflow: jobOf(query) }];
    const activation = WorkflowActivation.create({ timestamp, historyLength, isReplaying, jobs });
    guard?.activate?.({ activation, batchIndex: 0 }, () => (count += 1));
  }
  return count;
}

function jobOf({ queryId, askedAt }: Query): coresdk.workflow_activation.IQueryWorkflow {
  const said = askedAt === undefined ? [] : [defaultPayloadConverter.toPayload(askedAt)];
  return { queryId, queryType: 'status', arguments: said };
}

/** A query about the task that started at second 3. */
const about = (query: Query): Activation => [3, 20, true, query];

test('tasks, replays, questions and what comes in parts reach the workflow', () => {
  expect(
    taken(
      [1, 3, true], // replay
      [2, 9, true],
      [2, 9, true], // a query about what was replayed
      [3, 20, false], // a task, in two parts
      [3, 20, false],
      [3, 20, true], // a query in it
      [4, 26, false],
    ),
  ).toBe(7);
});

test('events that have no task yet do not', () => {
  expect(() => taken([1, 3, true], [2, 9, true], [2, 16, false])).toThrow(ASKED_AHEAD);
  expect(() => taken([1, 3, false], [1, 5, false])).toThrow(ASKED_AHEAD);
});

test('a query is not answered from more events than there were when it was asked', () => {
  const task: Activation = [3, 20, false];
  expect(() => taken(task, about({ queryId: 'legacy_query', askedAt: 19 }))).toThrow(ASKED_AHEAD);
  expect(taken(task, about({ queryId: 'legacy_query', askedAt: 20 }))).toBe(2);
  expect(taken(task, about({ queryId: 'legacy_query', askedAt: 26 }))).toBe(2);
  // One query without a number, like those of the Temporal UI. One that came with the task, whose worker ends it.
  expect(taken(task, about({ queryId: 'legacy_query' }))).toBe(2);
  expect(taken(task, about({ queryId: 'b9b0', askedAt: 19 }))).toBe(2);
});
