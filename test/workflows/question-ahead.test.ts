import { coresdk } from '@temporalio/proto';
import { ASKED_AHEAD } from '../../src/messages/steering.js';
import { interceptors } from '../../src/workflows/guards/question-ahead.js';

/** An activation as the SDK makes it: the task that started at `second`, the number of events, and whether it is a replay. */
type Activation = [second: number, historyLength: number, isReplaying: boolean];

/** Passes the activations to the guard of one workflow. Returns how many the workflow got. */
function taken(...activations: Activation[]): number {
  const [guard] = interceptors().internals ?? [];
  let count = 0;
  for (const [second, historyLength, isReplaying] of activations) {
    const timestamp = { seconds: second as unknown as Long, nanos: 5 };
    const { WorkflowActivation } = coresdk.workflow_activation;
    const activation = WorkflowActivation.create({ timestamp, historyLength, isReplaying });
    guard?.activate?.({ activation, batchIndex: 0 }, () => (count += 1));
  }
  return count;
}

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
