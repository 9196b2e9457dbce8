import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { importArchive } from '../../../src/archive/import/import-archive.js';
import { openArchive } from '../../../src/archive/open-archive.js';
import type { ArchiveSettings } from '../../../src/archive/settings.js';
import { removeDirectories } from '../sample-start.js';
import { contentOf, newPlace, oldArchive, oldContent } from './old-archive.js';

/** In this many places of the import, evenly spread. */
const DEATHS = 15;
const TWO_DAYS = 2 * 86_400_000;

afterEach(async () => {
  jest.restoreAllMocks();
  await removeDirectories();
});

/** From the statement of this number on, none is carried out. Like a process that is killed, it cannot roll back or tidy up. */
function diesAt(last: number): { statements: () => number } {
  let statements = 0;
  for (const method of ['run', 'all', 'get'] as const) {
    // oxlint-disable-next-line typescript/unbound-method -- called with its object below
    const carryOut = StatementSync.prototype[method];
    jest.spyOn(StatementSync.prototype, method).mockImplementation(function (
      this: StatementSync,
      ...values: unknown[]
    ) {
      statements += 1;
      if (statements > last) throw new Error('killed');
      return Reflect.apply(carryOut, this, values);
    });
  }
  return { statements: () => statements };
}

/** How many rows each table has. */
function rowsOf({ directory }: ArchiveSettings): Record<string, unknown> {
  const database = new DatabaseSync(join(directory, 'records.sqlite'));
  const tables = database.prepare("select name from sqlite_schema where type = 'table' order by name").all();
  const rows = tables.map(({ name }) => {
    const { count } = database.prepare(`select count(*) as count from ${String(name)}`).get() ?? {};
    return [String(name), count] as const;
  });
  database.close();
  return Object.fromEntries(rows);
}

async function filesOf({ directory }: ArchiveSettings): Promise<number> {
  const entries = await readdir(join(directory, 'files'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}

it('an import that is killed and repeated ends as if it had not been killed', async () => {
  const old = await oldArchive();
  const whole = await newPlace();
  const { statements } = diesAt(Infinity);
  await importArchive(old, whole);
  const all = statements();
  jest.restoreAllMocks();
  const [content, rows, files] = [await oldContent(), rowsOf(whole), await filesOf(whole)];

  for (let death = 0; death < DEATHS; death += 1) {
    const settings = await newPlace();
    diesAt(Math.floor((all * death) / DEATHS));
    await expect(importArchive(old, settings)).rejects.toThrow('killed');
    jest.restoreAllMocks();
    await expect(openArchive(settings)).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE' });
    expect(await importArchive(old, settings)).toMatchObject({ finished: true, problems: [] });
    expect(await contentOf(settings)).toEqual(content);
    const later = await openArchive(settings, { now: () => Date.now() + TWO_DAYS });
    await later.sweep();
    await later.close();
    expect(rowsOf(settings)).toEqual(rows);
    expect(await filesOf(settings)).toBe(files);
  }
});

it('two imports at once end as one', async () => {
  const [old, settings] = [await oldArchive(), await newPlace()];
  await Promise.all([importArchive(old, settings), importArchive(old, settings)]);
  expect(await contentOf(settings)).toEqual(await oldContent());
});
