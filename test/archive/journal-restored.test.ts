import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import * as fc from 'fast-check';
import type { Archive } from '../../src/archive/archive.js';
import { FEED_START } from '../../src/archive/journal.js';
import { openArchive } from '../../src/archive/open-archive.js';
import { readAll } from './contract/feed.js';
import { assertJournal } from './contract/interleavings.js';
import { ModelRequest, type Step, steps } from './contract/model-run.js';
import { newFolder } from './contract/places.js';
import type { Place } from './contract/tested-archive.js';
import { keyOf, removeDirectories, startedRequest } from './sample-start.js';

let place: Place;
let archive: Archive;
let requests = 0;
beforeAll(async () => {
  place = await newFolder();
  archive = await openArchive(place.settings, { create: true });
});
afterAll(async () => {
  await archive.close();
  await removeDirectories();
});

const files = () => {
  const { directory } = place.settings;
  return [join(directory, 'records.sqlite'), join(directory, 'copy.sqlite')] as const;
};

/** Copies the database while the archive runs. */
async function copy(): Promise<void> {
  const [file, copied] = files();
  await rm(copied, { force: true });
  const source = new DatabaseSync(file, { readOnly: true });
  await backup(source, copied);
  source.close();
}

async function restore(): Promise<void> {
  const [file, copied] = files();
  await archive.close();
  for (const beside of ['-wal', '-shm']) await rm(`${file}${beside}`, { force: true });
  await copyFile(copied, file);
  archive = await openArchive(place.settings);
}

// oxlint-disable-next-line jest/expect-expect -- in the property
it('an older database that is restored regains every event, every standing and the feed from the runs', async () => {
  await fc.assert(
    fc.asyncProperty(steps, steps, steps, async (first, then, last) => {
      requests += 1;
      const key = keyOf(`restored-${requests}`);
      await startedRequest(archive, key, {});
      const model = new ModelRequest(key);
      const carryOut = async (story: Step[]) => {
        for (const step of story) await model.carryOut(archive, step);
      };
      await carryOut(first);
      await copy();
      // Nobody tells again what happened outside the workflow.
      await carryOut(then.filter(({ what }) => what !== 'outside'));
      const read = await readAll(archive);
      await restore();
      await carryOut(last);
      await model.finish(archive);
      await assertJournal(archive, model);
      const readAgain = await readAll(archive, read.at(-1)?.position ?? FEED_START);
      const ids = new Set([...read, ...readAgain].map(({ entry }) => entry.id));
      for (const { entry } of await readAll(archive)) expect(ids).toContain(entry.id);
    }),
    { numRuns: 12 },
  );
});
