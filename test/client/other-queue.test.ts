import type { Client } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import type { Archive } from '../../src/archive/archive.js';
import type { Config } from '../../src/config.js';
import { inOtherQueue } from '../../src/client/look/other-queue.js';

const request = { workflowId: 'signature-order-1', startTime: new Date('2026-01-02T03:00:00.000Z') };
const names = { reference: 'order-1', attempt: 1, latest: true };

interface Running {
  kind: 'worker' | 'gateway';
  taskQueue: string;
}

/** @param running processes; the workers among them poll */
async function found(taskQueue: string, running: Running[], own = 'videoid') {
  const polled = new Set(running.filter(({ kind }) => kind === 'worker').map((each) => each.taskQueue));
  const client = {
    options: { namespace: 'default' },
    withDeadline: async (_: number, call: () => unknown) => await call(),
    workflowService: {
      describeTaskQueue: async (asked: { taskQueue: { name: string } }) => ({
        pollers: polled.has(asked.taskQueue.name) ? [{ lastAccessTime: msToTs(Date.now()) }] : [],
      }),
      getWorkflowExecutionHistory: async () => ({
        history: { events: [{ workflowExecutionStartedEventAttributes: { identity: '123@backend-1' } }] },
      }),
    },
  } as unknown as Client;
  const processes = async () =>
    running.map(({ kind, taskQueue: queue }) => {
      const temporal = { taskQueue: queue };
      return { kind, host: `${kind}-1`, address: '10.0.0.1:7281', settings: `/etc/${kind}.json`, temporal };
    });
  const archive = { notices: { processes } } as unknown as Pick<Archive, 'notices'>;
  const config = { temporal: { taskQueue: own } } as Config;
  return await inOtherQueue({ client, archive, config }, { ...request, taskQueue }, names);
}

const worker: Running = { kind: 'worker', taskQueue: 'videoid' };

describe('a request that waits in a task queue that no worker serves', () => {
  test('names the process with the wrong setting, its file, and the command that continues the request', async () => {
    const cause = await found('mistyped', [worker, { kind: 'gateway', taskQueue: 'mistyped' }]);
    expect(cause?.words).toContain(
      'The gateway on gateway-1 (10.0.0.1:7281, settings /etc/gateway.json) uses mistyped.',
    );
    expect(cause?.words).toContain('Set temporal.taskQueue to videoid there');
    expect(cause?.remedies[0]?.command).toBe('videoid resume order-1');
  });

  test('names the program and the machine that started it, if that leaves no record', async () => {
    const cause = await found('mistyped', [worker]);
    expect(cause?.words).toContain('Started by process 123 on backend-1.');
  });

  test('says it if the settings of who asks are wrong too, and the command works with them', async () => {
    const cause = await found('mistyped', [worker], 'other');
    expect(cause?.words).toContain('The settings here name other, which no worker serves either.');
    expect(cause?.remedies[0]?.command).toBe('VIDEOID_TEMPORAL_TASK_QUEUE=videoid videoid resume order-1');
  });

  test('names the worker, if it is the only one with another task queue', async () => {
    const cause = await found('videoid', [{ kind: 'worker', taskQueue: 'mistyped' }]);
    expect(cause?.words).toContain('The settings here name videoid, and the worker on worker-1');
    expect(cause?.words).toContain('serves mistyped');
    expect(cause?.words).toContain('Set the same temporal.taskQueue in both settings.');
  });

  test('is no matter of task queues if no worker runs, or one serves its own', async () => {
    expect(await found('videoid', [])).toBeUndefined();
    expect(await found('videoid', [worker])).toBeUndefined();
    expect(await found('other', [{ kind: 'worker', taskQueue: 'other' }])).toBeUndefined();
  });
});
