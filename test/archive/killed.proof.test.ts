import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { childCommand, endOf, startChild } from './children/child.js';
import { VERSIONS } from './children/versions.js';
import { describeKills, problemsIn } from './contract/kills.js';
import { newFolder } from './contract/places.js';
import { TestedArchive } from './contract/tested-archive.js';
import { keyOf, removeDirectories, startedRequest } from './sample-start.js';

afterEach(removeDirectories);

/** Lets a child work, then kills it at a moment that differs each time. */
async function killAtSomeMoment(command: readonly string[], round: number): Promise<void> {
  const child = startChild(command);
  if (child.stdout === null) throw new Error('The child has no output.');
  const end = endOf(child);
  const early = end.then(({ code }) => Promise.reject(new Error(`The child ended by itself with ${code}.`)));
  await Promise.race([once(child.stdout, 'data'), early]);
  await pause(round * 7);
  child.kill('SIGKILL');
  await expect(early).rejects.toThrow('null');
}

it('a worker killed while storing leaves a whole file under the name, the earlier one or the later one', async () => {
  const tested = await TestedArchive.make(newFolder);
  const { archive, place } = tested;
  const { directory } = place.settings;
  const key = keyOf('killed');
  await startedRequest(archive, key);
  for (let round = 0; round < 8; round += 1) {
    await killAtSomeMoment(childCommand('store-forever.ts', directory, 'killed'), round);
    const { stream } = await archive.openFile(key, { kind: 'signed', index: 1 });
    const found = Buffer.concat(await stream.toArray());
    expect(VERSIONS.some((version) => version.equals(found))).toBe(true);
  }
  expect(await problemsIn(tested)).toEqual([]);
  await tested.close();
});

it('a client killed while starting leaves whole requests or none', async () => {
  const tested = await TestedArchive.make(newFolder);
  const { archive, place } = tested;
  const { directory } = place.settings;
  for (let round = 0; round < 8; round += 1) {
    await killAtSomeMoment(childCommand('commit-forever.ts', directory, `round-${round}`), round);
  }
  const references = await archive.listReferences('signature');
  expect(references.length).toBeGreaterThanOrEqual(8);
  for (const reference of references) {
    const { documents } = await archive.readRequest(keyOf(reference));
    const { size } = await archive.locateFile(keyOf(reference), { kind: 'document', index: 1 });
    expect(documents.map((document) => document.size)).toEqual([size]);
    const markedAt = (await archive.markedAt(keyOf(reference), 'create')) ?? '2025-01-01T00:00:00.000Z';
    expect(new Date(markedAt).toISOString()).toBe(markedAt);
  }
  expect(await problemsIn(tested, 1)).toEqual([]);
  await tested.close();
});

describe('a process killed between any two statements', () => {
  describeKills(newFolder, 29);
});
