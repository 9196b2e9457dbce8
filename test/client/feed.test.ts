import type { Archive } from '../../src/archive/archive.js';
import { readFeed } from '../../src/client/look/feed.js';
import { newArchive, removeDirectories } from '../archive/sample-start.js';
import { ToldRequest } from './told-request.js';

let archive: Archive;
beforeAll(async () => {
  ({ archive } = await newArchive());
});
afterAll(async () => {
  await archive.close();
  await removeDirectories();
});

test('the feed has every stage and the end, page by page, and a cursor that finds its place again', async () => {
  const request = await ToldRequest.begin(archive, 'one');
  expect(await readFeed(archive, {})).toMatchObject({ entries: [] });
  for (const stage of ['creating', 'video'] as const) await request.enter(stage);
  await request.end();
  const first = await readFeed(archive, { limit: 2 });
  expect(first.entries).toMatchObject([
    { what: 'stage', stage: 'creating', reference: 'one' },
    { what: 'stage', stage: 'video' },
  ]);
  const second = await readFeed(archive, { after: first.next });
  expect(second.entries).toMatchObject([{ what: 'ended', outcome: 'cancelled' }]);
  expect(second.next).toBe(second.entries[0]?.cursor);
  expect(await readFeed(archive, { after: second.next })).toEqual({ entries: [], next: second.next });
  const { next: beginning } = await readFeed(archive, {
    after: (await readFeed(archive, { limit: 1 })).next,
    limit: 1,
  });
  expect(beginning).toBe(first.next);
});

test.each([
  '',
  '0',
  '17',
  'x'.repeat(300),
  Buffer.from('[1,"x",2]').toString('base64url'),
  Buffer.from('{}').toString('base64url'),
])('a cursor that we did not give is refused: %s', async (after) => {
  await expect(readFeed(archive, { after })).rejects.toMatchObject({ code: 'BAD_INPUT', field: 'after' });
});

test.each([0, 1001, 1.5])('a limit of %d is refused', async (limit) => {
  await expect(readFeed(archive, { limit })).rejects.toMatchObject({ code: 'BAD_INPUT', field: 'limit' });
});
