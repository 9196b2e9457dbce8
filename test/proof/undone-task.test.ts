import { randomUUID } from 'node:crypto';
import proto from '@temporalio/proto';
import { VideoIdError } from '../../src/messages/failures.js';
import { connectServer, type Server } from '../client/server.js';
import { openPlace, type Place, SAMPLE } from '../client/place.js';

/** From this try on, the server hands out no more queries. */
const TRIES = 3;

const order = { actor: { kind: 'operator', id: 'op-1' }, reason: 'enough' } as const;

let server: Server;
let place: Place;
beforeEach(async () => {
  server = await connectServer();
  place = await openPlace(server.settings);
});
afterEach(async () => {
  await place.close();
  await server.close();
});

async function start(): Promise<string> {
  const reference = `undone-${randomUUID()}`;
  await place.client.start({
    reference,
    signer: { email: 'signer@example.com', phone: '+34600000000' },
    documents: [{ name: 'agreement.pdf', content: SAMPLE }],
  });
  return reference;
}

/** Takes the task like a worker does. */
async function take(): Promise<Uint8Array> {
  const { client, settings } = server;
  const { taskToken } = await client.withDeadline(Date.now() + 60_000, () =>
    client.workflowService.pollWorkflowTaskQueue({
      namespace: 'default',
      taskQueue: { name: settings.taskQueue },
      identity: 'a worker of the test',
    }),
  );
  return taskToken;
}

/** If the call ends before the order is delivered, the first answer says that the order may still take effect. A later one knows more. */
async function untilNotAsked(reference: string): Promise<void> {
  for (;;) {
    const refused: unknown = await place.client
      .cancel(reference, order, { within: 1_000 })
      .catch((error: unknown) => error);
    if (refused instanceof VideoIdError && refused.code === 'WORKER_BUSY') return;
    expect(refused).toMatchObject({ code: 'STILL_RUNNING' });
  }
}

async function carriesOn(reference: string): Promise<void> {
  const stop = await server.startWorker(place.config);
  await place.client.cancel(reference, order);
  await expect(place.client.outcome(reference, { wait: true })).resolves.toMatchObject({ outcome: 'cancelled' });
  await stop();
}

test('workers that die with the task of a request are reported as such, and the next worker goes on', async () => {
  const reference = await start();
  for (let tries = 1; tries <= TRIES; tries += 1) expect(await take()).not.toHaveLength(0);
  expect(await place.client.status(reference)).toMatchObject({ stage: 'creating', event: 0 });
  expect(await place.client.why(reference)).toMatchObject({
    state: 'silent',
    code: 'WORKER_BUSY',
    words: expect.stringContaining('it has stopped') as string,
    leavesByItself: true,
  });
  await untilNotAsked(reference);
  await carriesOn(reference);
});

test('workers that cannot carry out the task of a request are reported as such', async () => {
  const reference = await start();
  for (let tries = 1; tries < TRIES; tries += 1) {
    await server.client.workflowService.respondWorkflowTaskFailed({
      namespace: 'default',
      taskToken: await take(),
      cause:
        proto.temporal.api.enums.v1.WorkflowTaskFailedCause
          .WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE,
    });
  }
  expect(await place.client.status(reference)).toMatchObject({ stage: 'creating', event: 0 });
  expect(await place.client.why(reference)).toMatchObject({
    state: 'silent',
    code: 'STEP_FAILED',
    words: expect.stringContaining('No worker could go on') as string,
    leavesByItself: false,
  });
  await carriesOn(reference);
});
