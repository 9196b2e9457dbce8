import { once } from 'node:events';
import { copyFileSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { sql } from 'kysely';
import type { Database } from '../../../src/archive/records/database/database.js';
import { migrate } from '../../../src/archive/records/database/migrate.js';
import { childCommand, endOf, startChild } from '../children/child.js';
import type { Report } from '../children/fill-records.js';
import { LIMITED_FILES, readOnly, withoutRoom } from '../children/limits.js';
import { addEntry, count, MIGRATIONS, newFile, openAt, removeFiles } from './tables.js';
import type { Tables } from './tables.js';

let file: string;
let database: Database<Tables>;

beforeEach(async () => {
  ({ file } = newFile());
  database = openAt({ file });
  await migrate(database, MIGRATIONS);
});
afterEach(() => database.close());
afterAll(removeFiles);

async function holdLock(): Promise<{ end: () => Promise<void> }> {
  const holder = startChild(childCommand('hold-lock.ts', file));
  if (holder.stdout !== null) await once(holder.stdout, 'data');
  const ended = once(holder, 'close');
  return {
    end: async () => {
      holder.kill('SIGKILL');
      await ended;
    },
  };
}

describe('a lock that another process holds', () => {
  it('lets this process go on meanwhile, and is reported in the end', async () => {
    const { end } = await holdLock();
    const impatient = openAt({ file }, { patience: 2000 });
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 1);
    await expect(addEntry(impatient, 'a', 1)).rejects.toMatchObject({
      code: 'ARCHIVE_UNAVAILABLE',
      message: expect.stringContaining('another process is writing'),
      facts: { reason: 'busy' },
    });
    clearInterval(timer);
    // Were it waited for inside of SQLite, there would be a tick or two.
    expect(ticks).toBeGreaterThan(20);
    // Who reads needs no lock.
    expect(await count(impatient)).toEqual({ entries: 0, counter: 0 });
    await impatient.close();
    await end();
  });

  it('is waited for', async () => {
    const { end } = await holdLock();
    const patient = openAt({ file }, { patience: 60_000 });
    const impatient = openAt({ file }, { patience: 0 });
    const writing = Promise.all([1, 2, 3].map((number) => addEntry(patient, 'a', number)));
    await expect(addEntry(impatient, 'b', 1)).rejects.toMatchObject({ facts: { reason: 'busy' } });
    await end();
    await writing;
    expect(await count(database)).toEqual({ entries: 3, counter: 3 });
    for (const open of [patient, impatient]) await open.close();
  });
});

it('a process that is killed while it writes loses nothing that it reported', async () => {
  for (const lines of [3, 20, 50]) {
    const child = startChild(childCommand('write-entries.ts', JSON.stringify({ file }), `after-${lines}`, '1000000'));
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.split('\n').length > lines) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const reported = output.split('\n').length - 1;
    const { rows } = await database.run((db) =>
      sql<{ written: number }>`select count(*) as written from entry where writer = ${`after-${lines}`}`.execute(db),
    );
    expect(rows[0]?.written).toBeGreaterThanOrEqual(reported);
  }
  const counted = await count(database);
  expect(counted?.counter).toBe(counted?.entries);
});

describe('without room', () => {
  it.each(['a full disk', 'a limit on files'])(
    'what was written stays, and it goes on when there is room: %s',
    async (kind) => {
      const { file: other } = newFile();
      mkdirSync(dirname(other), { mode: 0o700 });
      const limit = kind === 'a full disk' ? await withoutRoom(dirname(other)) : LIMITED_FILES;
      const { code, output } = await endOf(startChild([...limit, ...childCommand('fill-records.ts', other, '5000')]));
      expect(code).toBe(0);
      const { failure, written, counted, after } = JSON.parse(output) as Report;
      expect(failure).toMatchObject({
        code: limit === LIMITED_FILES ? 'ARCHIVE_UNAVAILABLE' : 'ARCHIVE_FULL',
        field: 'archive.directory',
      });
      expect(written).toBeGreaterThan(0);
      expect(counted).toEqual({ entries: written, counter: written });
      expect(limit === LIMITED_FILES || after === 'none').toBe(true);
    },
  );
});

it('a disk that is read-only is reported', async () => {
  await database.close();
  const limit = await readOnly(dirname(file));
  if (limit === undefined) return; // not permitted on this system
  const { output } = await endOf(startChild([...limit, ...childCommand('fill-records.ts', file, '1')]));
  expect((JSON.parse(output) as Report).failure).toMatchObject({
    code: 'ARCHIVE_UNAVAILABLE',
    message: expect.stringContaining('read-only'),
    facts: { reason: 'EROFS' },
  });
});

describe('a damaged file', () => {
  const expected = { code: 'ARCHIVE_UNAVAILABLE', message: expect.stringContaining('damaged') };

  it('is reported if it is something else', async () => {
    const { file: other } = newFile();
    mkdirSync(dirname(other));
    writeFileSync(other, 'not a database, but long enough to be looked at'.repeat(1000));
    await expect(migrate(openAt({ file: other }), MIGRATIONS)).rejects.toMatchObject(expected);
  });

  it('is reported if a part is overwritten', async () => {
    for (let number = 0; number < 20; number += 1) await addEntry(database, 'a', number, 'x'.repeat(5000));
    await database.close();
    const handle = openSync(file, 'r+');
    for (let at = 4096; at < statSync(file).size; at += 4096) writeSync(handle, Buffer.alloc(200, 0xff), 0, 200, at);
    database = openAt({ file });
    await expect(count(database)).rejects.toMatchObject(expected);
  });
});

describe('a file that is', () => {
  it('taken away is missed, and found again when it is back', async () => {
    await addEntry(database, 'a', 1);
    renameSync(file, `${file}.away`);
    await expect(addEntry(database, 'a', 2)).rejects.toMatchObject({
      code: 'ARCHIVE_UNAVAILABLE',
      facts: { reason: 'ENOENT' },
    });
    expect(() => statSync(file)).toThrow('ENOENT');
    renameSync(`${file}.away`, file);
    await addEntry(database, 'a', 2);
    expect(await count(database)).toEqual({ entries: 2, counter: 2 });
  });

  it('restored from a backup is the one that counts', async () => {
    await addEntry(database, 'a', 1);
    await database.run((db) => sql`vacuum into ${`${file}.backup`}`.execute(db));
    await addEntry(database, 'a', 2);
    for (const name of [file, `${file}-wal`, `${file}-shm`]) rmSync(name);
    copyFileSync(`${file}.backup`, file);
    expect(await count(database)).toEqual({ entries: 1, counter: 1 });
    await addEntry(database, 'a', 3);
    await database.close();
    database = openAt({ file });
    expect(await count(database)).toEqual({ entries: 2, counter: 2 });
  });
});
