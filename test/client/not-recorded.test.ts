import { lookVerbs } from '../../src/client/look/look.js';
import type { RequestAccess } from '../../src/client/running/access.js';
import { VideoIdError } from '../../src/messages/failures.js';

test.each(['status', 'why'] as const)('%s says that Temporal runs what the archive does not have', async (verb) => {
  const verbs = lookVerbs({
    config: { temporal: { address: 'temporal:7233', namespace: 'default' } },
    client: {
      withDeadline: async (_: number, call: () => unknown) => await call(),
      workflow: { getHandle: () => ({ describe: async () => ({ status: { name: 'RUNNING' } }) }) },
    },
    record: async () => {
      throw new VideoIdError('REQUEST_NOT_FOUND', 'There is no request with this reference.');
    },
  } as unknown as RequestAccess);
  await expect(verbs[verb]('order-3')).rejects.toMatchObject({
    code: 'REQUEST_NOT_FOUND',
    message: expect.stringContaining('Temporal runs this request'),
    remedy: expect.stringContaining('temporal workflow terminate'),
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
