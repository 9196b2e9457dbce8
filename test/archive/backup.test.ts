import { randomUUID } from 'node:crypto';
import { cp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Archive } from '../../src/archive/archive.js';
import { backUp } from '../../src/archive/backup.js';
import { openArchive } from '../../src/archive/open-archive.js';
import { keyOf, newArchive, newDirectory, removeDirectories, startedRequest, textOf } from './sample-start.js';

afterEach(removeDirectories);

const signed = { kind: 'signed', index: 1 } as const;

let archive: Archive;
let directory: string;
let target: string;
beforeEach(async () => {
  ({ archive, directory } = await newArchive());
  target = join(await newDirectory(), 'backup');
  await startedRequest(archive, keyOf('one'));
});
afterEach(() => archive.close());

function files(of: string): Promise<string[]> {
  return readdir(join(of, 'files'), { recursive: true }).then((names) =>
    names.filter((name) => /^..\/./.test(name) && !name.startsWith('.')).sort(),
  );
}

async function contentIn(folder: string): Promise<string> {
  const copy = await openArchive({ directory: folder, reserve: 0 });
  try {
    return await textOf((await copy.openFile(keyOf('one'), signed)).stream);
  } finally {
    await copy.close();
  }
}

it('is an archive of its own, while the other is open', async () => {
  await archive.storeFile(keyOf('one'), signed, Readable.from([Buffer.from('signed')]));
  const looked: string[] = [];
  expect(await backUp({ directory, reserve: 0 }, target, (at, of) => looked.push(`${at}/${of}`))).toEqual({
    databases: ['records.sqlite', 'index.sqlite'],
    files: { copied: 3, present: 0, removed: 0 },
    lost: [],
  });
  expect(looked).toEqual(['1/3', '2/3', '3/3']);
  const copy = await openArchive({ directory: target, reserve: 0 });
  expect(copy.id).toBe(archive.id);
  await copy.close();
  expect(await contentIn(target)).toBe('signed');
  expect((await stat(target)).mode & 0o777).toBe(0o700);
  expect((await stat(join(target, 'records.sqlite'))).mode & 0o777).toBe(0o600);
});

it('copies only what is new the next time, and removes what no row names any more', async () => {
  await archive.storeFile(keyOf('one'), signed, Readable.from([Buffer.from('first')]));
  await backUp({ directory, reserve: 0 }, target);
  const later = await openArchive({ directory, reserve: 0, replacedFor: 0 }, { now: () => Date.now() + 1000 });
  await later.storeFile(keyOf('one'), signed, Readable.from([Buffer.from('second')]));
  expect(await later.sweep()).toBe(1);
  await later.close();
  expect(await backUp({ directory, reserve: 0 }, target)).toMatchObject({
    files: { copied: 1, present: 2, removed: 1 },
  });
  expect(await files(target)).toEqual(await files(directory));
  expect(await contentIn(target)).toBe('second');
});

it('says which files are lost or changed', async () => {
  await archive.storeFile(keyOf('one'), signed, Readable.from([Buffer.from('signed')]));
  const [one, other] = [
    await archive.locateFile(keyOf('one'), signed),
    await archive.locateFile(keyOf('one'), { kind: 'document', index: 1 }),
  ];
  await rm(one.location);
  await writeFile(other.location, 'other');
  const { lost } = await backUp({ directory, reserve: 0 }, target);
  expect(lost.map((object) => join(directory, 'files', object)).sort()).toEqual([one.location, other.location].sort());
});

it('removes what a killed backup left, after a day', async () => {
  await backUp({ directory, reserve: 0 }, target);
  const [old, young] = [randomUUID(), randomUUID()].map((random) => join(target, `records.sqlite.${random}`));
  for (const path of [old ?? '', young ?? '']) await writeFile(path, 'personal');
  await utimes(old ?? '', 0, 0);
  await backUp({ directory, reserve: 0 }, target);
  expect((await readdir(target)).map((name) => join(target, name))).toContain(young);
  expect((await readdir(target)).map((name) => join(target, name))).not.toContain(old);
});

it('leaves nothing beside the databases', async () => {
  await backUp({ directory, reserve: 0 }, target);
  expect((await readdir(target)).sort()).toEqual(['files', 'index', 'records.sqlite']);
  expect(await readdir(join(target, 'index'))).toEqual(['index.sqlite']);
});

it('takes the place of a backup that somebody has tried, and left in the middle of his work', async () => {
  await backUp({ directory, reserve: 0 }, target);
  const tried = await openArchive({ directory: target, reserve: 0 });
  await tried.mark(keyOf('one'), 'tried');
  const left = join(await newDirectory(), 'left');
  await cp(target, left, { recursive: true });
  await tried.close();
  for (let number = 0; number < 20; number += 1) await archive.mark(keyOf('one'), `mark-${number}`);
  await backUp({ directory, reserve: 0 }, left);
  const copy = await openArchive({ directory: left, reserve: 0 });
  expect(await copy.hasMark(keyOf('one'), 'tried')).toBe(false);
  expect(await copy.hasMark(keyOf('one'), 'mark-19')).toBe(true);
  await copy.close();
});

describe('a folder that is refused stays as it is:', () => {
  const refused = { code: 'BAD_INPUT', field: 'directory' };

  it('a backup of another archive is in it', async () => {
    await backUp({ directory, reserve: 0 }, target);
    const before = await files(target);
    const other = await newArchive();
    await startedRequest(other.archive, keyOf('other'));
    await other.archive.close();
    await expect(backUp({ directory: other.directory, reserve: 0 }, target)).rejects.toMatchObject(refused);
    expect(await files(target)).toEqual(before);
    const copy = await openArchive({ directory: target, reserve: 0 });
    expect(await copy.listReferences('signature')).toEqual(['one']);
    await copy.close();
  });

  it('a file', async () => {
    await writeFile(target, '');
    await expect(backUp({ directory, reserve: 0 }, target)).rejects.toMatchObject({ field: 'directory' });
  });

  it('the archive itself, or one below it', async () => {
    for (const folder of [directory, join(directory, 'files'), join(directory, 'backup')])
      await expect(backUp({ directory, reserve: 0 }, folder)).rejects.toMatchObject(refused);
    expect(await readdir(directory)).not.toContain('backup/records.sqlite');
  });

  it('a process uses it', async () => {
    await backUp({ directory, reserve: 0 }, target);
    const used = await openArchive({ directory: target, reserve: 0 });
    await used.mark(keyOf('one'), 'used');
    await expect(backUp({ directory, reserve: 0 }, target)).rejects.toMatchObject(refused);
    expect(await used.hasMark(keyOf('one'), 'used')).toBe(true);
    await used.close();
  });
});

it('says that there is no archive', async () => {
  const nowhere = join(await newDirectory(), 'nowhere');
  await expect(backUp({ directory: nowhere, reserve: 0 }, target)).rejects.toMatchObject({
    code: 'ARCHIVE_UNAVAILABLE',
  });
});
