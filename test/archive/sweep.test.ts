import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { openArchive } from '../../src/archive/file-archive.js';
import { LEFTOVER_AGE } from '../../src/archive/sweep.js';
import { keyOf, newArchive, removeDirectories, startedRequest } from './sample-start.js';

afterEach(removeDirectories);

it('a sweep removes what crashed more than a day ago, and nothing that is under way or committed', async () => {
  const { archive, directory } = await newArchive();
  const incomingDirectory = join(directory, 'incoming');
  await startedRequest(archive, keyOf('kept'));

  const crashed = await archive.begin();
  await crashed.addDocument({ name: 'a.pdf' }, Readable.from(['x']));
  await writeFile(join(incomingDirectory, 'half-written'), 'half');
  const old = new Date(Date.now() - LEFTOVER_AGE - 1000);
  for (const name of await readdir(incomingDirectory)) await utimes(join(incomingDirectory, name), old, old);

  await archive.begin();
  const underWay = (await readdir(incomingDirectory)).length;
  expect(underWay).toBe(3);

  expect(await archive.sweep()).toBe(2);
  expect(await readdir(incomingDirectory)).toHaveLength(1);
  expect(await archive.sweep()).toBe(0);
  expect(await archive.listReferences('signature')).toEqual(['kept']);
});

it('a sweep on a machine whose clock is days ahead removes nothing that is under way', async () => {
  const { archive, directory } = await newArchive();
  await (await archive.begin()).addDocument({ name: 'a.pdf' }, Readable.from(['x']));
  const ahead = await openArchive({ directory, reserveBytes: 0, now: () => Date.now() + 3 * LEFTOVER_AGE });
  expect(await ahead.sweep()).toBe(0);
});
