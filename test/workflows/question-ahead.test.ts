import { coresdk } from '@temporalio/proto';
import { ASKED_AHEAD } from '../../src/messages/steering.js';
import { interceptors } from '../../src/workflows/question-ahead.js';

/** An activation as the SDK makes it: of the task that started at `second`, with so many events, replayed or not. */
type Activation = [second: number, historyLength: number, isReplaying: boolean];

/** Hands the activations to the guard of one workflow; gives how many the workflow got. */
function taken(...activations: Activation[]): number {
  const [guard] = interceptors().internals ?? [];
  let count = 0;
  for (const [second, historyLength, isReplaying] of activations) {
    const timestamp = { seconds: second as unknown as Long, nanos: 5 };
    const activation = coresdk.workflow_activation.WorkflowActivation.create({ timestamp, historyLength, isReplaying });
    guard?.activate?.({ activation, batchIndex: 0 }, () => (count += 1));
  }
  return count;
}

test('tasks, replays, questions and what comes in parts reach the workflow', () => {
  expect(
    taken(
      [1, 3, true], // replay
      [2, 9, true],
      [2, 9, true], // a question about what was replayed
      [3, 20, false], // a task, in two parts
      [3, 20, false],
      [3, 20, true], // a question in it
      [4, 26, false],
    ),
  ).toBe(7);
});

test('events that have no task yet do not', () => {
  expect(() => taken([1, 3, true], [2, 9, true], [2, 16, false])).toThrow(ASKED_AHEAD);
  expect(() => taken([1, 3, false], [1, 5, false])).toThrow(ASKED_AHEAD);
});
