import { renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Archive } from '../../src/archive/archive.js';
import { openArchive } from '../../src/archive/open-archive.js';
import { keyOf, newDirectory, removeDirectories, startedRequest } from './sample-start.js';

const unavailable = expect.objectContaining({ code: 'ARCHIVE_UNAVAILABLE' });

let archive: Archive;
let ours: string;
let away: string;
let other: string;
beforeEach(async () => {
  const folder = await newDirectory();
  [ours, away, other] = [join(folder, 'ours'), join(folder, 'away'), join(folder, 'other')];
  archive = await openArchive({ directory: ours, reserve: 0 }, { create: true });
  await startedRequest(archive, keyOf('order-1'));
  await (await openArchive({ directory: other, reserve: 0 }, { create: true })).close();
});
afterEach(async () => {
  await archive.close();
  await removeDirectories();
});

test('a process whose archive is away says so, and goes on when it is back', async () => {
  renameSync(ours, away);
  await expect(archive.assertUsable()).rejects.toEqual(unavailable);
  await expect(archive.mark(keyOf('order-1'), 'once')).rejects.toEqual(unavailable);
  await expect(archive.readIndex('sandbox', '2')).rejects.toEqual(unavailable);
  renameSync(away, ours);
  await archive.assertUsable();
  expect(await archive.mark(keyOf('order-1'), 'once')).toBe(true);
  expect(await archive.readIndex('sandbox', '2')).toBeUndefined();
});

test('a process whose archive is replaced by another one cannot use that', async () => {
  renameSync(ours, away);
  renameSync(other, ours);
  await expect(archive.assertUsable()).rejects.toEqual(unavailable);
});

test('a process whose archive is replaced by another one does not say that requests are missing', async () => {
  renameSync(ours, away);
  renameSync(other, ours);
  await expect(archive.readRequest(keyOf('order-1'))).rejects.toEqual(unavailable);
  await expect(archive.latestAttempt('signature', 'order-1')).rejects.toEqual(unavailable);
});
