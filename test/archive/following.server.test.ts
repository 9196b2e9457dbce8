import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { FaultyProxy } from '../../local/servers/faulty-proxy.js';
import type { Archive, AttemptKey } from '../../src/archive/archive.js';
import { openArchive } from '../../src/archive/open-archive.js';
import { CHANNEL } from '../../src/archive/records/database/postgres-changes.js';
import { freshDatabase } from '../installation/shared-servers.js';
import { envelopeOf } from './contract/envelopes.js';
import { keyOf, newDirectory, removeDirectories, startedRequest } from './sample-start.js';

const key: AttemptKey = keyOf('followed');
let url: string;
let proxy: FaultyProxy;
/** By way of the proxy. */
let behind: Archive;
let direct: Archive;
let revision = 0;

beforeAll(async () => {
  const directory = await newDirectory();
  url = await freshDatabase();
  proxy = await FaultyProxy.start(url);
  const settingsFor = async (name: string, value: string) => {
    await writeFile(join(directory, name), value, { mode: 0o600 });
    return { directory: join(directory, 'archive'), database: `file:${join(directory, name)}` as const, reserve: 0 };
  };
  direct = await openArchive(await settingsFor('direct', url), { create: true });
  behind = await openArchive(await settingsFor('behind', proxy.through(url)));
  await startedRequest(direct, key, {});
});
afterAll(async () => {
  await behind.close();
  await direct.close();
  await proxy.close();
  await removeDirectories();
});

const change = async () => {
  revision += 1;
  await direct.writeJournal(key, envelopeOf('run', revision, []));
};

/** Follows the request. `next` is the next call. */
function follower() {
  let next = Promise.withResolvers<void>();
  const leave = behind.follow(key, () => {
    next.resolve();
    next = Promise.withResolvers<void>();
  });
  return { leave, next: () => next.promise };
}

/** The server's processes that serve listeners. */
async function listeners(): Promise<number[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>(
    `select pid from pg_stat_activity where datname = current_database() and query in ('select 1', 'listen ${CHANNEL}')`,
  );
  await client.end();
  return rows.map(({ pid }) => pid);
}

describe('a follower on PostgreSQL', () => {
  it('hears what happened while its connection was away, and what happens then', async () => {
    const { leave, next } = follower();
    await pause(300);
    for (const trouble of ['cut', 'refused']) {
      if (trouble === 'refused') await proxy.refuse();
      else proxy.cut();
      const missed = next();
      await change();
      if (trouble === 'refused') {
        await pause(500);
        await proxy.accept();
      }
      await missed;
      await pause(300);
      const later = next();
      await change();
      await expect(later).resolves.toBeUndefined();
    }
    leave();
  });

  it('notices a connection that died in silence', async () => {
    const { leave, next } = follower();
    await pause(300);
    const before = await listeners();
    proxy.pause();
    const missed = next();
    await change();
    await pause(8000); // it asks every five seconds, and waits two for the answer
    proxy.resume();
    await missed;
    const after = await listeners();
    expect([before.length, after.length]).toEqual([1, 1]);
    expect(after).not.toEqual(before);
    leave();
  }, 30_000);
});
