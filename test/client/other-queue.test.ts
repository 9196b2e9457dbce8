import type { Client } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import type { Archive } from '../../src/archive/archive.js';
import { inOtherQueue } from '../../src/client/look/other-queue.js';

const startTime = new Date('2026-01-02T03:00:00.000Z');

/** @param served the task queues of the running workers */
async function found(taskQueue: string, served: string[], polled = false) {
  const pollers = polled ? [{ lastAccessTime: msToTs(Date.now()) }] : [];
  const client = {
    options: { namespace: 'default' },
    withDeadline: async (_: number, call: () => unknown) => await call(),
    workflowService: { describeTaskQueue: async () => ({ pollers }) },
  } as unknown as Client;
  const processes = async () => served.map((each) => ({ kind: 'worker', temporal: { taskQueue: each } }));
  const archive = { notices: { processes } } as unknown as Pick<Archive, 'notices'>;
  return await inOtherQueue({ client, archive }, { taskQueue, startTime });
}

describe('a request that no worker takes', () => {
  test('waits in another task queue than that of the workers, and the command for a worker names it', async () => {
    const cause = await found('mistyped', ['videoid']);
    expect(cause).toMatchObject({ code: 'WORKER_AWAY', words: expect.stringMatching(/mistyped.* serve videoid/) });
    expect(cause?.remedies[0]?.command).toMatch(/^VIDEOID_TEMPORAL_TASK_QUEUE=mistyped /);
  });

  test('is no matter of task queues if no worker runs, or one serves its own', async () => {
    expect(await found('videoid', [])).toBeUndefined();
    expect(await found('videoid', ['videoid'])).toBeUndefined();
    expect(await found('other', ['videoid'], true)).toBeUndefined();
  });
});
