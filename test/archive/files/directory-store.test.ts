import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rename, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { openDirectoryStore } from '../../../src/archive/files/directory-store.js';
import { newKey } from '../../../src/archive/files/file-key.js';
import { LEFTOVER_AGE } from '../../../src/archive/files/sweep-drafts.js';
import { childCommand, endOf, startChild } from '../children/child.js';
import { newDirectory, removeDirectories } from '../sample-start.js';
import { ARCHIVE, checkedReading, describeStore, flipped, streamOf, type TestedStore } from './store-contract.js';

afterEach(removeDirectories);

/** The paths of all files below a directory, links and folders without content included. */
async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
}

async function tested(): Promise<TestedStore> {
  const directory = join(await newDirectory(), 'files');
  return {
    field: 'archive.directory',
    open: (archiveId, create) => openDirectoryStore(directory, { archiveId, create }),
    names: async () => (await filesBelow(directory)).filter((name) => name !== 'archive.json'),
    replace: (key, content) => writeFile(join(directory, key), content),
    putForeign: async () => {
      await mkdir(directory);
      await writeFile(join(directory, 'letters.txt'), 'not ours');
    },
    loseMarker: () => rm(join(directory, 'archive.json')),
  };
}

describe('a directory', () => {
  describeStore(tested);
});

async function newStore() {
  const directory = join(await newDirectory(), 'files');
  return { directory, store: await openDirectoryStore(directory, { archiveId: ARCHIVE, create: true }) };
}

const CONTENT = Buffer.alloc(100_000, 'what was stored ');

const IN_ITS_PLACE: Record<string, (path: string) => Promise<void>> = {
  'a link': async (path) => {
    await rename(path, `${path}.elsewhere`);
    await symlink(`${path}.elsewhere`, path);
  },
  'a link to nothing': async (path) => {
    await rm(path);
    await symlink('/nowhere', path);
  },
  'a folder': async (path) => {
    await rm(path);
    await mkdir(path);
  },
  'a pipe': async (path) => {
    await rm(path);
    expect(spawnSync('mkfifo', [path]).status).toBe(0);
  },
};

it.each(Object.entries(IN_ITS_PLACE))('%s in the place of an object is not read', async (_name, change) => {
  const { directory, store } = await newStore();
  const key = newKey('signed');
  const recorded = await store.write(key, streamOf(CONTENT));
  await change(join(directory, key));
  expect(await store.open(key)).toBe('notFile');
  expect(await store.size(key)).toBeUndefined();
  expect(await checkedReading(store, key, recorded)).toEqual({ bytes: 0, end: 'changed' });
  await store.remove(key);
  expect(await store.open(key)).toBeUndefined();
});

it('an object that becomes shorter while it is read is not read whole', async () => {
  const { directory, store } = await newStore();
  const key = newKey('signed');
  const recorded = await store.write(key, streamOf(Buffer.alloc(2_000_000, 'stored ')));
  const opened = await store.open(key);
  await truncate(join(directory, key), 70_000);
  if (opened === undefined || opened === 'notFile') throw new Error('It was not opened.');
  expect(Buffer.concat(await opened.stream.toArray()).length).toBeLessThan(recorded.size);
});

it('everything is private, also in a directory that was not', async () => {
  const directory = await newDirectory();
  spawnSync('chmod', ['755', directory]);
  const store = await openDirectoryStore(directory, { archiveId: ARCHIVE, create: true });
  const key = newKey('signed');
  await store.write(key, streamOf(CONTENT));
  const modes = async (...paths: string[]) =>
    Promise.all(paths.map(async (path) => ((await stat(join(directory, path))).mode & 0o777).toString(8)));
  expect(await modes('.', '.drafts', key.slice(0, 2))).toEqual(['700', '700', '700']);
  expect(await modes('archive.json', key)).toEqual(['600', '600']);
});

it('a key that is used twice keeps its first object', async () => {
  const { store } = await newStore();
  const key = newKey('signed');
  const recorded = await store.write(key, streamOf(CONTENT));
  await expect(store.write(key, streamOf(Buffer.from('another')))).rejects.toThrow('used twice');
  expect(await checkedReading(store, key, recorded)).toEqual({ bytes: CONTENT.length, end: 'whole' });
});

it('bytes that differ when they are read back are not kept', async () => {
  const { directory, store } = await newStore();
  const key = newKey('signed');
  const source = Readable.from(
    (async function* () {
      yield CONTENT;
      // The next piece is asked for after this one was written.
      const [draft = ''] = await readdir(join(directory, '.drafts'));
      await writeFile(join(directory, '.drafts', draft), flipped(CONTENT, 7), { flag: 'r+' });
    })(),
  );
  await expect(store.write(key, source)).rejects.toMatchObject({
    code: 'ARCHIVE_UNAVAILABLE',
    facts: { reason: 'read back differs' },
  });
  expect(await filesBelow(directory)).toEqual(['archive.json']);
});

it('an empty directory in its place, as of a lost mount, gets nothing', async () => {
  const { directory, store } = await newStore();
  await rename(directory, `${directory}.elsewhere`);
  await mkdir(directory);
  const write = store.write(newKey('signed'), streamOf(CONTENT));
  await expect(write).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE', facts: { reason: 'no archive' } });
  const remove = store.remove(newKey('signed'));
  await expect(remove).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE', facts: { reason: 'no archive' } });
  expect(await readdir(directory)).toEqual([]);
});

it('a sweep removes drafts of yesterday', async () => {
  const { directory, store } = await newStore();
  const [old, young] = ['old', 'young'].map((name) => join(directory, '.drafts', name));
  await writeFile(old ?? '', 'half');
  await writeFile(young ?? '', 'half');
  const then = new Date(Date.now() - LEFTOVER_AGE - 1000);
  await utimes(old ?? '', then, then);
  expect(await store.sweep()).toBe(1);
  expect(await readdir(join(directory, '.drafts'))).toEqual(['young']);
});

it('a process killed while writing leaves whole objects, and drafts that are swept', async () => {
  const { directory, store } = await newStore();
  for (let round = 0; round < 6; round += 1) {
    const child = startChild(childCommand('write-forever.ts', directory, ARCHIVE));
    const end = endOf(child);
    if (child.stdout === null) throw new Error('The child has no output.');
    for (let objects = 0; objects <= round; objects += 1) await once(child.stdout, 'data');
    child.kill('SIGKILL');
    expect((await end).code).toBeNull();
  }
  const objects = (await filesBelow(directory)).filter((name) => /^[0-9a-f]{2}\//.test(name));
  expect(objects.length).toBeGreaterThanOrEqual(6);
  for (const key of objects) expect(await store.size(key)).toBe(3_000_000);

  const drafts = await readdir(join(directory, '.drafts'));
  const then = new Date(Date.now() - LEFTOVER_AGE - 1000);
  for (const name of drafts) await utimes(join(directory, '.drafts', name), then, then);
  // An object whose draft was not removed is one file with two names. Only the draft goes.
  expect(await store.sweep()).toBe(drafts.length);
  for (const key of objects) expect(await store.size(key)).toBe(3_000_000);
});

it('a file size limit is told as no space, leaves nothing, and small objects go on', async () => {
  const { directory, store } = await newStore();
  const limited = ['sh', '-c', 'ulimit -f 2048 && exec "$@"', 'sh'];
  const child = startChild([...limited, ...childCommand('write-too-much.ts', directory, ARCHIVE)]);
  const { output } = await endOf(child);
  expect(JSON.parse(output)).toEqual({
    large: expect.objectContaining({
      code: 'ARCHIVE_FULL',
      facts: expect.objectContaining({ bytesNeeded: 3_000_000 }),
    }),
    small: 5,
  });
  const names = await filesBelow(directory);
  expect(names).toHaveLength(2);
  for (const key of names.filter((name) => name !== 'archive.json')) expect(await store.size(key)).toBe(5);
});
