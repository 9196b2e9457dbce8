import { once } from 'node:events';
import { readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openArchive } from '../../src/archive/open-archive.js';
import { childCommand, endOf, startChild } from './children/child.js';
import { canaries, ended, fullRequest, orderOf } from './full-request.js';
import { keyOf, newArchive, removeDirectories } from './sample-start.js';

afterEach(removeDirectories);

const requestPk = '471100471100';
const order = orderOf(requestPk);

/** The names of all files below, and their bytes in one text. */
async function everything(directory: string): Promise<string> {
  const names = await readdir(directory, { recursive: true, withFileTypes: true });
  const texts = names.map(async (each) =>
    each.isFile() ? (await readFile(join(each.parentPath, each.name))).toString('latin1') : '',
  );
  return [...names.map(({ name }) => name), ...(await Promise.all(texts))].join('\n');
}

it('nothing of a deleted request is left in any file of the archive, and other requests stay whole', async () => {
  const { archive, directory } = await newArchive();
  const others = Array.from({ length: 6 }, (_, at) => keyOf(`other-${at}`));
  const gone = keyOf('gone');
  for (const [at, key] of [...others.slice(0, 3), gone, ...others.slice(3)].entries()) {
    await fullRequest(archive, key, key === gone ? requestPk : `99${at}`);
  }
  const own = Object.values(canaries('gone'));
  expect(own.filter((word) => !word.includes('content'))).not.toEqual([]);
  const before = await everything(directory);
  for (const word of own) expect(before).toContain(word);

  expect(await archive.deleteRequest(gone, order)).toEqual({ deletedAt: expect.any(String), ...order, files: 0 });

  const after = await everything(directory);
  for (const word of own) expect(after).not.toContain(word);
  // Only what says what is left at the provider.
  expect(after.split(requestPk)).toHaveLength(2);
  for (const other of others) {
    for (const word of Object.values(canaries(other.reference))) expect(after).toContain(word);
    expect(await archive.readOutcome(other)).toEqual(ended(other, canaries(other.reference).reason));
  }
  await archive.close();
});

it('what could not be removed is counted, and the sweeper of another process removes it', async () => {
  const { archive, directory } = await newArchive();
  const key = keyOf('gone');
  await fullRequest(archive, key, requestPk);
  await rename(join(directory, 'files'), join(directory, 'away'));
  const { files } = await archive.deleteRequest(key, order);
  expect(files).toBeGreaterThan(0);
  await rename(join(directory, 'away'), join(directory, 'files'));
  const other = await openArchive({ directory, reserve: 0 });
  await other.sweep();
  expect(await other.readDeletion(key)).toMatchObject({ files: 0 });
  expect(await everything(directory)).not.toContain(canaries('gone').content);
  await other.close();
  await archive.close();
});

it('a deletion that was killed at some moment is finished by the next one', async () => {
  const { archive, directory } = await newArchive();
  const kept = keyOf('kept');
  await fullRequest(archive, kept, '1');
  const keys = Array.from({ length: 8 }, (_, at) => keyOf(`gone-${at}`));
  for (const [at, key] of keys.entries()) await fullRequest(archive, key, `${requestPk}${at}`);
  for (const [round, { reference }] of keys.entries()) {
    const child = startChild(childCommand('delete-one.ts', directory, reference, requestPk));
    if (child.stdout === null) throw new Error('The child has no output.');
    const end = endOf(child);
    await Promise.race([once(child.stdout, 'data'), end]);
    await pause(round * 2);
    child.kill('SIGKILL');
    await end;
  }
  for (const key of keys) {
    expect(await archive.deleteRequest(key, order)).toMatchObject({ ...order, files: 0 });
    expect(await archive.requestPks(key)).toEqual([]);
  }
  const after = await everything(directory);
  for (const { reference } of keys) {
    for (const word of Object.values(canaries(reference))) expect(after).not.toContain(word);
  }
  for (const word of Object.values(canaries('kept'))) expect(after).toContain(word);
  await archive.close();
});
