import { Readable } from 'node:stream';
import { openArchive } from '../../src/archive/open-archive.js';
import { describeArchive } from './contract/contract.js';
import { newServers } from './contract/servers.js';
import { DAY, TestedArchive } from './contract/tested-archive.js';

describe('PostgreSQL and S3:', () => {
  describeArchive(newServers);
});

it('a sweep on a machine whose clock is days ahead removes nothing that is under way', async () => {
  const tested = await TestedArchive.make(newServers);
  const incoming = await tested.archive.begin();
  await incoming.addDocument({ name: 'a.pdf' }, Readable.from(['x']));
  const ahead = await openArchive(tested.place.settings, { now: () => Date.now() + 3 * DAY });
  expect(await ahead.sweep()).toBe(0);
  expect(await tested.place.objects()).toHaveLength(1);
  await ahead.close();
  await tested.close();
});
