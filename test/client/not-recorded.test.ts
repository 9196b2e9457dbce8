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
