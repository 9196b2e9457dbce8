import type { Client } from '@temporalio/client';
import { lookVerbs } from '../../src/client/look/look.js';
import { RequestAccess } from '../../src/client/running/access.js';
import { unlessInTemporal } from '../../src/client/running/not-recorded.js';
import type { Config } from '../../src/config.js';
import { VideoIdError } from '../../src/messages/failures.js';

/** Temporal has a workflow with this status under every id. */
function temporalWith(status: string): Client {
  const describe = async () => ({ status: { name: status } });
  return {
    withDeadline: async (_: number, call: () => unknown) => await call(),
    workflow: { getHandle: () => ({ describe }) },
    workflowService: { describeNamespace: async () => ({}) },
  } as unknown as Client;
}

const config = {
  temporal: { address: 'temporal:7233', namespace: 'default', taskQueue: 'videoid' },
  archive: { directory: '/srv/archive' },
} as Config;
const missing = new VideoIdError('REQUEST_NOT_FOUND', 'There is no request with this reference.');

test.each([
  [
    'RUNNING',
    /^Temporal runs this request\. The archive does not have it/,
    /Repeat the order that started it.*look at the request in the provider's console\. Then end it: temporal workflow terminate/s,
  ],
  ['COMPLETED', /ended in Temporal/, /Temporal still knows how it ended/],
  ['TERMINATED', /Somebody terminated this request/, /provider's console/],
])('a request that the archive lacks and Temporal has as %s', async (status, message, remedy) => {
  const client = temporalWith(status);
  expect(await unlessInTemporal({ client, config }, { reference: 'order-3' }, missing)).toMatchObject({
    code: 'REQUEST_NOT_FOUND',
    message: expect.stringMatching(message) as string,
    remedy: expect.stringMatching(remedy) as string,
  });
});

test('every verb with a reference says it', async () => {
  const access = new RequestAccess({
    config,
    archive: { latestAttempt: async () => 0 },
    client: temporalWith('RUNNING'),
    clock: { refresh: async () => undefined },
    findsFlow: true,
  } as unknown as ConstructorParameters<typeof RequestAccess>[0]);
  await expect(access.recordAnywhere('order-3', {})).rejects.toMatchObject({
    message: expect.stringContaining('Temporal runs this request') as string,
  });
});

test('another archive than the one of the installation is not compared: it would have none of the requests', async () => {
  const noted = '385f3d8a-3b70-40e1-b11a-73fd34468241 /srv/archive';
  const describeNamespace = async () => ({ namespaceInfo: { data: { 'videoid.archive.videoid': noted } } });
  const verbs = lookVerbs({
    archive: { id: '4a4f09e3-094d-4c3b-884d-d8da60ea7bf9' },
    config: { temporal: { namespace: 'default', taskQueue: 'videoid' }, archive: { directory: '/srv/other' } },
    client: {
      withDeadline: async (_: number, call: () => unknown) => await call(),
      workflowService: { describeNamespace },
    },
  } as unknown as RequestAccess);
  await expect(verbs.differences()).rejects.toMatchObject({
    code: 'ARCHIVE_NOT_SHARED',
    remedy: expect.stringContaining('/srv/archive'),
  });
});
