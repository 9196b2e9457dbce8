import type { Archive } from '../../src/archive/archive.js';
import type { Change, Changes } from '../../src/client/look/followed.js';
import { Following } from '../../src/client/look/following.js';
import { newArchive, removeDirectories } from '../archive/sample-start.js';
import { ToldRequest } from './told-request.js';

let archive: Archive;
beforeEach(async () => {
  ({ archive } = await newArchive());
});
afterEach(async () => {
  await archive.close();
  await removeDirectories();
});

/** Follows as a process does. Counts how often the journal is read. */
function follower(of: Archive = archive) {
  const counts = { reads: 0 };
  const counted: Archive = {
    ...of,
    journal: async (...asked) => {
      counts.reads += 1;
      return await of.journal(...asked);
    },
  };
  return { counts, following: new Following(counted, (_record, status) => status) };
}

function wordsOf(change: Change): string {
  if ('entry' in change) return `${change.entry.number} ${change.entry.what}`;
  return 'status' in change ? `status ${change.status.stage}` : 'reset';
}

/** Takes groups of changes until one contains these words. */
async function until(source: AsyncGenerator<Changes, void>, last: string): Promise<string[]> {
  const seen: string[] = [];
  while (!seen.includes(last)) {
    const { value, done } = await source.next();
    if (done === true) throw new Error(`It ended with ${seen.join(', ')}`);
    seen.push(...value.map(wordsOf));
  }
  return seen;
}

async function rest(source: AsyncGenerator<Changes, void>): Promise<string[]> {
  const seen: string[] = [];
  for await (const changes of source) seen.push(...changes.map(wordsOf));
  return seen;
}

describe('whoever follows a request', () => {
  test('is told where it stands, then every entry once and in order, and the end', async () => {
    const request = await ToldRequest.begin(archive, 'one');
    await request.enter('video');
    const source = follower().following.changes(request.record, {});
    expect(await until(source, 'status video')).toEqual(['status video']);
    await request.tell({}, 'link-shown', 'provider-status');
    await request.enter('review');
    expect(await until(source, 'status review')).toEqual([
      '2 link-shown',
      '3 provider-status',
      '4 stage',
      'status review',
    ]);
    await request.enter('preparing');
    await request.end();
    expect(await rest(source)).toEqual(expect.arrayContaining(['5 stage', '6 ended', 'status ended']));
  });

  test('and knows some entries is told only those after them, also after the end', async () => {
    const request = await ToldRequest.begin(archive, 'one');
    await request.enter('video');
    await request.enter('review');
    const source = follower().following.changes(request.record, { after: 1 });
    expect(await until(source, 'status review')).toEqual(['2 stage', 'status review']);
    await source.return();
    await request.end();
    expect(await rest(follower().following.changes(request.record, { after: 2 }))).toEqual(['3 ended', 'status ended']);
  });

  test('is told nothing twice if only the time of the row changes', async () => {
    const request = await ToldRequest.begin(archive, 'one');
    await request.enter('video');
    const source = follower().following.changes(request.record, {});
    await until(source, 'status video');
    await request.tell({});
    await request.tell({});
    await request.tell({ words: 'something else' });
    const { value } = await source.next();
    expect((value as Changes).map(wordsOf)).toEqual(['status video']);
    await source.return();
  });

  test('before a worker has begun learns that', async () => {
    const request = await ToldRequest.begin(archive, 'one');
    const source = follower().following.changes(request.record, {});
    const { value } = await source.next();
    expect(value).toMatchObject([{ status: { stage: 'creating', event: 0, asOf: request.record.createdAt } }]);
    await source.return();
  });

  test('stops by its signal', async () => {
    const request = await ToldRequest.begin(archive, 'one');
    const stop = new AbortController();
    const source = follower().following.changes(request.record, { signal: stop.signal });
    await source.next();
    const next = source.next();
    stop.abort();
    expect(await next).toEqual({ value: undefined, done: true });
  });

  test('is told a failure of the archive, and may follow again', async () => {
    const request = await ToldRequest.begin(archive, 'one');
    await request.enter('video');
    let away = false;
    const failing: Archive = {
      ...archive,
      readStanding: async (key) => {
        if (away) throw new Error('away');
        return await archive.readStanding(key);
      },
    };
    const following = new Following(failing, (_record, status) => status);
    const source = following.changes(request.record, {});
    await source.next();
    away = true;
    await request.enter('review');
    await expect(source.next()).rejects.toThrow('away');
    away = false;
    expect(await until(following.changes(request.record, { after: 1 }), 'status review')).toEqual([
      '2 stage',
      'status review',
    ]);
  });
});

test('however many follow a request, each change is read once, and all get the same', async () => {
  const request = await ToldRequest.begin(archive, 'one');
  await request.enter('video');
  const { following, counts } = follower();
  const sources = Array.from({ length: 50 }, () => following.changes(request.record, {}));
  for (const source of sources) await source.next();
  counts.reads = 0;
  await request.enter('review');
  const told = await Promise.all(sources.map(async (source) => (await source.next()).value));
  expect(new Set(told).size).toBe(1);
  expect(counts.reads).toBeLessThan(4);
  for (const source of sources) await source.return();
});

test('a stream that is cut and resumed 1000 times tells every entry once', async () => {
  const request = await ToldRequest.begin(archive, 'one');
  const { following } = follower();
  const telling = (async () => {
    for (let at = 0; at < 100; at += 1)
      await request.tell({}, ...Array.from({ length: 6 }, (_, more) => `event-${6 * at + more}`));
    await request.end();
  })();
  const seen: number[] = [];
  let cuts = 0;
  let ended = false;
  while (!ended || cuts < 1000) {
    const source = following.changes(request.record, { after: seen.at(-1) ?? 0 });
    const { value } = await source.next();
    for (const change of value ?? []) {
      if ('entry' in change) seen.push(change.entry.number);
      if ('status' in change) ended = change.status.stage === 'ended';
    }
    await source.return();
    cuts += 1;
  }
  await telling;
  expect(seen).toEqual(Array.from({ length: 601 }, (_, at) => at + 1));
}, 60_000);

test('numbers that the journal does not have yet are those of a database that was lost: all entries come again', async () => {
  const request = await ToldRequest.begin(archive, 'one');
  await request.enter('video');
  const source = follower().following.changes(request.record, { after: 7 });
  expect(await until(source, 'status video')).toEqual(['reset', '1 stage', 'status video']);
  await source.return();
});

test('an older database that is restored while somebody follows is told as a reset too', async () => {
  const [request, older] = [await ToldRequest.begin(archive, 'one'), await ToldRequest.begin(archive, 'older')];
  await older.enter('creating');
  for (const stage of ['creating', 'video', 'review'] as const) await request.enter(stage);
  let restored = false;
  const database: Archive = {
    ...archive,
    readStanding: async (key) => await archive.readStanding(restored ? older.key : key),
    journal: async (key, options) => await archive.journal(restored ? older.key : key, options),
  };
  const source = new Following(database, (_record, status) => status).changes(request.record, {});
  await until(source, 'status review');
  restored = true;
  await request.enter('preparing'); // wakes it
  expect(await until(source, 'status creating')).toEqual(['reset', '1 stage', 'status creating']);
  await source.return();
});
