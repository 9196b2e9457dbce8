import type { Context } from '@temporalio/activity';
import { ActivityFailure, RetryState } from '@temporalio/common';
import { callersOf } from '../../src/activities/engine/callers.js';
import { failureOf } from '../../src/workflows/engine/activity-failures.js';

const KEY = {
  flow: 'signature',
  reference: 'r',
  attempt: 1,
  archiveId: 'a',
  environment: 'e',
  registrationAuthority: '139',
};

/** What a workflow learns of a step that is refused before it runs. */
async function refusalOf(workflowId: string, activityType: string): Promise<unknown> {
  const archive = {
    readOutcome: () => Promise.resolve({ outcome: 'signed' } as never),
    assertArchive: () => undefined,
  };
  const info = { workflowExecution: { workflowId, runId: 'run' }, workflowType: 'signature', activityType };
  const { inbound } = callersOf(archive)({ info } as unknown as Context);
  const input = { args: [KEY, activityType], headers: {} };
  try {
    await inbound?.execute?.(input, () => Promise.reject(new Error('it ran')));
  } catch (error) {
    const { MAXIMUM_ATTEMPTS_REACHED } = RetryState;
    return failureOf(new ActivityFailure('', activityType, '1', MAXIMUM_ATTEMPTS_REACHED, 'w', error as Error));
  }
  return undefined;
}

test.each([
  ['of a request that the archive knows to have ended', 'signature-r', 'REQUEST_ENDED', 'Terminate it in Temporal.'],
  ['that another workflow calls', 'signature-other', 'ORDER_REFUSED', 'does not belong to'],
])('a step %s says so in the attention', async (_, workflowId, code, words) => {
  const refusal = await refusalOf(workflowId, 'approve');
  expect(refusal).toMatchObject({ code, temporary: false, words: expect.stringContaining(words) as string });
});
