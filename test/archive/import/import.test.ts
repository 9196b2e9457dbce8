import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { importArchive } from '../../../src/archive/import/import-archive.js';
import { FEED_START } from '../../../src/archive/journal.js';
import { openArchive } from '../../../src/archive/open-archive.js';
import { tellNews } from '../contract/envelopes.js';
import { keyOf, removeDirectories, startedRequest } from '../sample-start.js';
import { contentOf, imported, newPlace, oldArchive, oldContent } from './old-archive.js';

afterEach(removeDirectories);

/** Every file below a folder, with its content and its times. */
async function snapshot(directory: string): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const { mtimeMs } = await stat(path);
    all[path] = entry.isFile() ? `${mtimeMs} ${await readFile(path, 'base64')}` : '';
  }
  return all;
}

describe('the import of an archive of the earlier form', () => {
  it('brings everything along, under the same id, and changes nothing there', async () => {
    const old = await oldArchive();
    const before = await snapshot(old);
    const { report, content } = await imported(old, await newPlace());
    expect(content).toEqual(await oldContent());
    expect(report).toMatchObject({ attempts: 6, imported: 6, files: 15, problems: [], finished: true });
    expect(report).toMatchObject({ providerIds: 5, feed: 3, removable: [old] });
    expect(await snapshot(old)).toEqual(before);
  });

  it('keeps the numbers of corrections that were dropped, and of the feed', async () => {
    const settings = await newPlace();
    await imported(await oldArchive(), settings);
    const archive = await openArchive(settings);
    const { reference, attempt } = keyOf('order-1', 2);
    expect(await archive.addCorrection(keyOf(reference, attempt), { phone: '+34600000001' })).toBe(5);
    await tellNews(archive, keyOf(reference, attempt), 'another');
    const feed = await archive.notices.readFeed(FEED_START, 100);
    expect(feed.map(({ position }) => position.number)).toEqual([1, 2, 3, 4]);
    expect(feed[3]?.entry).toMatchObject({ reference, attempt, what: 'deadline-near' });
    await archive.close();
  });

  it('keeps the pause between reads', async () => {
    const [old, settings] = [await oldArchive(), await newPlace()];
    const [read] = await readdir(join(old, 'requests/Lease.2026_11-b/1/reads-105'));
    await imported(old, settings);
    const archive = await openArchive(settings, { now: () => Number(read) + 10_000 });
    const { requestPk } = (await archive.readProvider(keyOf('Lease.2026_11-b'))) ?? {};
    if (requestPk === undefined) throw new Error('The ids are not there.');
    expect(await archive.touchRead(keyOf('Lease.2026_11-b'), requestPk, 60_000)).toBe(50_000);
    await archive.close();
  });

  it('adds nothing when it is repeated', async () => {
    const [old, settings] = [await oldArchive(), await newPlace()];
    await imported(old, settings);
    const files = await readdir(join(settings.directory, 'files'), { recursive: true });
    const { report, content } = await imported(old, settings);
    expect(report).toMatchObject({ attempts: 6, imported: 0, problems: [], finished: true });
    expect(content).toEqual(await oldContent());
    expect(await readdir(join(settings.directory, 'files'), { recursive: true })).toEqual(files);
  });

  it('works in place, and says what is not needed any more', async () => {
    const old = await oldArchive();
    const settings = { directory: old, reserve: 0 };
    const { report, content } = await imported(old, settings);
    expect(content).toEqual(await oldContent());
    expect(report.removable).toEqual(
      expect.arrayContaining(['archive.json', 'requests', 'feed', 'index/sandbox'].map((name) => join(old, name))),
    );
    for (const path of report.removable) await rm(path, { recursive: true, force: true });
    expect(await contentOf(settings)).toEqual(await oldContent());
  });

  it('only counts and checks when asked to', async () => {
    const [old, settings] = [await oldArchive(), await newPlace()];
    await writeFile(join(old, 'requests/order-9/1/documents/nine.pdf'), '%PDF-1.7 ten.');
    const report = await importArchive(old, settings, { dryRun: true });
    expect(report).toMatchObject({ attempts: 6, imported: 0, files: 15, feed: 3, finished: false });
    expect(report.problems).toEqual([{ what: 'changed', path: 'requests/order-9/1', words: 'document 1' }]);
    await expect(stat(settings.directory)).rejects.toThrow('ENOENT');
  });

  it('changes nothing in an archive that is used', async () => {
    const [old, settings] = [await oldArchive(), await newPlace()];
    await imported(old, settings);
    const archive = await openArchive(settings);
    const running = keyOf('Lease.2026_11-b');
    await archive.mark(running, 'sign-1');
    await archive.unmark(running, 'create-2');
    await archive.storeFile(keyOf('order-1', 2), { kind: 'contract' }, Readable.from(['another contract']));
    await archive.notices.endOutage({ environment: 'sandbox', flow: 'signature' });
    await startedRequest(archive, keyOf('later'));
    const left = { requestPks: [], documents: [] };
    await archive.deleteRequest(keyOf('card-1', 1, 'enrolment'), {
      reason: 'asked for',
      actor: { kind: 'operator' },
      left,
    });
    await archive.close();
    const before = await contentOf(settings);
    const { report, content } = await imported(old, settings);
    expect(report).toMatchObject({ imported: 0, problems: [], finished: true });
    expect(content).toEqual(before);
  });

  it('names what changed in the directory after the archive was used, and leaves it out', async () => {
    const [old, settings] = [await oldArchive(), await newPlace()];
    await imported(old, settings);
    await rm(join(old, 'requests/Lease.2026_11-b/1/marks/create-2'));
    const { report, content } = await imported(old, settings);
    expect(report.problems).toEqual([{ what: 'other', path: 'requests/Lease.2026_11-b/1' }]);
    expect(content).toEqual(await oldContent());
  });
});
