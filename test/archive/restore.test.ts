import { existsSync } from 'node:fs';
import { copyFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { backup, DatabaseSync } from 'node:sqlite';
import type { Archive, ArchiveFile, AttemptKey, StorableFile } from '../../src/archive/archive.js';
import { openArchive } from '../../src/archive/open-archive.js';
import { newFolder } from './contract/places.js';
import { DAY, type Place } from './contract/tested-archive.js';
import { addDocuments, keyOf, recordOf, removeDirectories, startedRequest, textOf } from './sample-start.js';

const SIGNED: StorableFile = { kind: 'signed', index: 1 };
const CONTRACT: StorableFile = { kind: 'contract' };
const DOCUMENT: ArchiveFile = { kind: 'document', index: 1 };

let place: Place;
let now: number;
let archive: Archive;

beforeEach(async () => {
  place = await newFolder();
  now = Date.parse('2026-01-01T00:00:00Z');
  archive = await opened({ create: true });
});
afterEach(async () => {
  await archive.close();
  await removeDirectories();
});

const opened = async (more: { create?: boolean } = {}) =>
  await openArchive(place.settings, { now: () => now, ...more });
const text = async (key: AttemptKey, file: ArchiveFile) => await textOf((await archive.openFile(key, file)).stream);
const store = async (key: AttemptKey, file: StorableFile, words: string) =>
  await archive.storeFile(key, file, Readable.from([Buffer.from(words)]));

/** Copies the database as it is now. Puts it back later, without what was written since. */
async function copied(): Promise<() => Promise<void>> {
  const { directory } = place.settings;
  const [file, copy] = [join(directory, 'records.sqlite'), join(directory, 'copy.sqlite')];
  const source = new DatabaseSync(file, { readOnly: true });
  await backup(source, copy);
  source.close();
  return async () => {
    await archive.close();
    for (const beside of ['-wal', '-shm']) await rm(`${file}${beside}`, { force: true });
    await copyFile(copy, file);
    archive = await opened();
  };
}

/** Sweeps on each of so many days. */
async function sweepFor(days: number): Promise<number> {
  let removed = 0;
  for (let day = 0; day < days; day += 1) {
    now += DAY;
    removed += await archive.sweep();
  }
  return removed;
}

it('after a restore, every file that was current at the copy is there, whatever came after it', async () => {
  const key = keyOf('one');
  await startedRequest(archive, key);
  await store(key, SIGNED, 'signed');
  await store(key, CONTRACT, 'contract');
  const restore = await copied();

  await store(key, SIGNED, 'signed again');
  await archive.removeFile(key, CONTRACT);
  await startedRequest(archive, keyOf('two'));
  await sweepFor(13);
  expect(await text(key, SIGNED)).toBe('signed again');

  await restore();
  expect([await text(key, DOCUMENT), await text(key, SIGNED), await text(key, CONTRACT)]).toEqual([
    'first document',
    'signed',
    'contract',
  ]);
  // And they stay: no sweep after the restore takes them for what they became after the copy.
  await sweepFor(40);
  expect([await text(key, SIGNED), await text(key, CONTRACT)]).toEqual(['signed', 'contract']);
  await expect(archive.readRequest(keyOf('two'))).rejects.toMatchObject({ code: 'REQUEST_NOT_FOUND' });
});

it('after a restore, what was stored since the copy stays in the store: it may be the only copy', async () => {
  const key = keyOf('one');
  await startedRequest(archive, key);
  const restore = await copied();
  await store(key, SIGNED, 'signed');
  await startedRequest(archive, keyOf('two'));
  const later = await place.objects();
  await restore();
  await sweepFor(40);
  expect(await place.objects()).toEqual(later);
});

it('a file whose write was under way at the copy stays in the store, until the request has the file again', async () => {
  const key = keyOf('one');
  await startedRequest(archive, key);
  let restore: (() => Promise<void>) | undefined;
  async function* slowly(): AsyncGenerator<Buffer> {
    yield Buffer.from('sig');
    restore = await copied();
    yield Buffer.from('ned');
  }
  await archive.storeFile(key, SIGNED, Readable.from(slowly()));
  const { location: path } = await archive.locateFile(key, SIGNED);
  await restore?.();
  await expect(archive.openFile(key, SIGNED)).rejects.toMatchObject({ code: 'DOCUMENT_NOT_FOUND' });
  await sweepFor(40);
  expect(await readFile(path, 'utf8')).toBe('signed');
  await store(key, SIGNED, 'signed once more');
  await sweepFor(2);
  expect(existsSync(path)).toBe(false);
  expect(await text(key, SIGNED)).toBe('signed once more');
});

it('a start that was under way at the copy can be done again', async () => {
  const incoming = await archive.begin();
  const documents = await addDocuments(incoming, { 'a.pdf': 'first document' });
  const restore = await copied();
  await incoming.commit(recordOf(keyOf('one'), documents));
  await restore();
  await startedRequest(archive, keyOf('one'), { 'a.pdf': 'first document' });
  await sweepFor(3);
  expect(await text(keyOf('one'), DOCUMENT)).toBe('first document');
  expect(await place.objects()).toHaveLength(1);
});

it('a sweep that was under way at the copy goes on after the restore', async () => {
  const key = keyOf('one');
  await startedRequest(archive, key);
  await store(key, SIGNED, 'signed');
  await store(key, SIGNED, 'signed again');
  const restore = await copied();
  expect(await sweepFor(15)).toBe(1);
  await restore();
  await sweepFor(15);
  expect(await text(key, SIGNED)).toBe('signed again');
  expect(await place.objects()).toHaveLength(3);
});
