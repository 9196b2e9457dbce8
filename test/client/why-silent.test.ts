import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { defaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time.js';
import { silenceOf } from '../../src/client/look/silence.js';
import type { PendingWork } from '../../src/client/look/pending-work.js';
import type { RequestAccess } from '../../src/client/running/access.js';

const NOW = Date.parse('2026-01-03T00:00:00.000Z');
const NAMES = { reference: 'order-17', attempt: 1, latest: true };
const at = (secondsAgo: number): string => new Date(NOW - secondsAgo * 1000).toISOString();

/** @param polling whether a worker polls the task queue */
async function silence(pending: PendingWork, polling = true) {
  const client = {
    options: {
      namespace: 'default',
      loadedDataConverter: {
        payloadConverter: defaultPayloadConverter,
        failureConverter: defaultFailureConverter,
        payloadCodecs: [],
      },
    },
    withDeadline: async (_: number, call: () => unknown) => await call(),
    workflowService: {
      describeTaskQueue: async () => ({ pollers: polling ? [{ lastAccessTime: msToTs(NOW) }] : [] }),
      getWorkflowExecutionHistoryReverse: async () => ({
        history: { events: [{ workflowTaskTimedOutEventAttributes: {} }] },
      }),
    },
  } as unknown as Client;
  const place = {
    client,
    clock: { now: () => NOW, refresh: async () => undefined },
    archive: { notices: { processes: async () => [] } },
    config: { temporal: { taskQueue: 'videoid' } },
  } as unknown as RequestAccess;
  const description = {
    workflowId: 'signature-order-17',
    runId: 'run',
    taskQueue: 'videoid',
    startTime: new Date(NOW - 60_000),
    typedSearchAttributes: { get: () => undefined },
  } as unknown as WorkflowExecutionDescription;
  return await silenceOf(place, { description, pending }, NAMES);
}

describe('that no worker goes on with a request', () => {
  test('is not said of one that waits, or whose task has just come', async () => {
    expect(await silence({ steps: [] })).toBeUndefined();
    expect(await silence({ steps: [{ step: 'watch', tries: 3 }] })).toBeUndefined();
    expect(await silence({ steps: [], task: { tries: 1, since: at(2) } })).toBeUndefined();
  });

  test('is said if no worker polls', async () => {
    const found = await silence({ steps: [{ step: 'watch', tries: 3, since: at(30) }] }, false);
    expect(found).toMatchObject({ state: 'silent', code: 'WORKER_AWAY', since: at(30), leavesByItself: false });
  });

  test('is said if its task is not taken for seconds, or was tried again', async () => {
    const busy = { state: 'silent', code: 'WORKER_BUSY', leavesByItself: true };
    expect(await silence({ steps: [], task: { tries: 1, since: at(6) } })).toMatchObject({ ...busy, since: at(6) });
    expect(await silence({ steps: [], task: { tries: 2, since: at(1) } })).toMatchObject(busy);
  });

  test('is said if a worker lacks a key', async () => {
    const failure = { code: 'KEY_NOT_SHARED', words: 'This worker has no key "b".' } as const;
    expect(await silence({ steps: [{ step: 'sign', tries: 2, since: at(9), failure }] })).toMatchObject({
      state: 'attention',
      code: 'KEY_NOT_SHARED',
      words: expect.stringContaining('This worker has no key "b".') as string,
      tried: { step: 'sign', times: 2 },
    });
  });
});
