import { Readable } from 'node:stream';
import { attemptFiles } from '../../src/archive/attempt-files.js';
import type { FileStore } from '../../src/archive/files/file-store.js';
import { IncomingStart } from '../../src/archive/incoming.js';
import type { Records } from '../../src/archive/records/records.js';
import { TemporaryCopies } from '../../src/archive/temporary-copies.js';
import { VideoIdError } from '../../src/messages/failures.js';
import { PersonDigests } from '../../src/security/person-digests.js';
import { newFolder } from './contract/places.js';
import { DAY, TestedArchive } from './contract/tested-archive.js';
import { removeDirectories } from './sample-start.js';

let tested: TestedArchive;
let copies: TemporaryCopies;
let records: Records;
beforeEach(async () => {
  tested = await TestedArchive.make(newFolder);
  copies = await TemporaryCopies.open();
  records = { database: tested.rows, now: Date.now, people: new PersonDigests(tested.archive.id, undefined) };
});
afterEach(async () => {
  copies.close();
  await tested.close();
  await removeDirectories();
});

/** A server that answers nothing, and carries out later what it was asked to write. */
function lateStore(): { store: FileStore; deliver: () => Promise<void> } {
  const asked: string[] = [];
  const silent = async (key: string, source: Readable): Promise<never> => {
    source.destroy();
    asked.push(key);
    throw new VideoIdError('ARCHIVE_UNAVAILABLE', 'The server did not answer in time.', {});
  };
  const store = new Proxy(tested.store, {
    get: (real, name) => {
      if (name === 'writesLate') return true;
      if (name === 'write') return silent;
      const value: unknown = Reflect.get(real, name);
      return typeof value === 'function' ? value.bind(real) : value;
    },
  });
  return {
    store,
    deliver: async () => {
      for (const key of asked.splice(0)) await tested.store.write(key, Readable.from(['late']));
    },
  };
}

it('what a server writes after the write was given up is swept: a file', async () => {
  const key = await tested.start();
  const before = await tested.place.objects();
  const { store, deliver } = lateStore();
  const { storeFile } = attemptFiles(records, { store, copies, keepFor: 0 });
  const failed = { code: 'ARCHIVE_UNAVAILABLE' };
  await expect(storeFile(key, { kind: 'contract' }, Readable.from(['x']))).rejects.toMatchObject(failed);
  await deliver();
  expect(await tested.archive.sweep()).toBe(0);
  await tested.age(2 * DAY);
  expect(await tested.archive.sweep()).toBe(1);
  expect(await tested.place.objects()).toEqual(before);
  expect(await tested.intents()).toEqual([]);
});

it('and a document of a start', async () => {
  const { store, deliver } = lateStore();
  const incoming = new IncomingStart(records, store, copies);
  const failed = { code: 'ARCHIVE_UNAVAILABLE' };
  await expect(incoming.addDocument({ name: 'a.pdf' }, Readable.from(['x']))).rejects.toMatchObject(failed);
  await incoming.discard();
  await deliver();
  await tested.age(2 * DAY);
  expect(await tested.archive.sweep()).toBe(1);
  expect(await tested.place.objects()).toEqual([]);
});
