import { appendFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { importArchive } from '../../../src/archive/import/import-archive.js';
import { openArchive } from '../../../src/archive/open-archive.js';
import { keyOf, newArchive, newDirectory, removeDirectories, startedRequest } from '../sample-start.js';
import { contentOf, imported, newPlace, oldArchive, oldContent } from './old-archive.js';

afterEach(removeDirectories);

const SIGNED = 'requests/order-1/2';
const notFinished = expect.objectContaining({
  code: 'ARCHIVE_UNAVAILABLE',
  field: 'archive.directory',
  facts: expect.objectContaining({ reason: 'import not finished' }),
});

describe('a file that is not as its record says', () => {
  it('is told and not imported, and whoever reads it is told too', async () => {
    const [old, settings] = [await oldArchive(), await newPlace()];
    await appendFile(join(old, SIGNED, 'documents', 'Rental agreement.pdf'), '!');
    await writeFile(join(old, 'requests/order-9/1/documents/nine.pdf'), '%PDF-1.7 ten.');
    await rm(join(old, SIGNED, 'documents', 'Vertrag Müller.pdf'));
    const { report } = await imported(old, settings);
    expect(report).toMatchObject({ imported: 6, finished: true, removable: [] });
    expect(report.problems).toEqual([
      { what: 'changed', path: SIGNED, words: 'document 1' },
      { what: 'missing', path: SIGNED, words: 'document 2' },
      { what: 'changed', path: 'requests/order-9/1', words: 'document 1' },
    ]);
    const archive = await openArchive(settings);
    for (const [key, index] of [
      [keyOf('order-1', 2), 1],
      [keyOf('order-1', 2), 2],
      [keyOf('order-9'), 1],
    ] as const) {
      const read = archive.openFile(key, { kind: 'document', index });
      await expect(read).rejects.toMatchObject({ code: 'DOCUMENT_NOT_FOUND' });
    }
    await archive.close();
  });

  it('is imported once it is restored', async () => {
    const [old, settings] = [await oldArchive(), await newPlace()];
    const [document, elsewhere] = [join(old, 'requests/order-9/1/documents/nine.pdf'), join(old, 'nine.pdf')];
    await rename(document, elsewhere);
    await imported(old, settings);
    await rename(elsewhere, document);
    const { report, content } = await imported(old, settings);
    expect(report).toMatchObject({ imported: 0, problems: [], finished: true });
    expect(content).toEqual(await oldContent());
  });
});

describe('a record that cannot be read', () => {
  it.each([
    ['requests/order-1/2/events/2026-11-02T093000.000Z-a.json', '{"at":'],
    ['requests/order-1/1/request.json', '{}'],
    ['requests/order-1/2/marks/sign-1', 'yesterday'],
    ['requests/order-1/2/corrections/3.json', '{"email":""}'],
    ['requests/order-1/2/stored/contract.hash.json', '{"key":"../../x"}'],
    ['enrolments/card-1/1/cards/1.json', ''],
    ['index/sandbox/101', '[]'],
    ['feed/2.json', 'null'],
    ['index/.callbacks/gateway-1.json', 'x'],
  ])('%s keeps the archive closed until it is repaired', async (path, text) => {
    const [old, settings] = [await oldArchive(), await newPlace()];
    const whole = await readFile(join(old, path)).catch(() => undefined);
    await writeFile(join(old, path), text);
    const report = await importArchive(old, settings);
    expect(report).toMatchObject({ finished: false, problems: [{ what: 'unreadable', path }], removable: [] });
    await expect(openArchive(settings)).rejects.toEqual(notFinished);
    await expect(openArchive(settings, { create: true })).rejects.toEqual(notFinished);
    if (whole === undefined) await rm(join(old, path));
    else await writeFile(join(old, path), whole);
    expect((await imported(old, settings)).content).toEqual(await oldContent());
  });

  it.each(['enrolments/card-1/1/supplements/1.json', 'requests/order-9/1/request.json'])(
    '%s is missed when it is missing',
    async (path) => {
      const [old, settings] = [await oldArchive(), await newPlace()];
      await rm(join(old, path));
      const { problems, imported: count } = await importArchive(old, settings);
      expect(problems).toEqual([{ what: 'unreadable', path, words: 'is missing' }]);
      expect(count).toBe(5);
    },
  );

  it('may be moved away with its request', async () => {
    const [old, settings] = [await oldArchive(), await newPlace()];
    await writeFile(join(old, 'requests/order-9/1/request.json'), '');
    await importArchive(old, settings);
    await rename(join(old, 'requests/order-9'), join(await newDirectory(), 'order-9'));
    expect(await importArchive(old, settings)).toMatchObject({ finished: true, imported: 0, attempts: 5 });
  });
});

describe('until the import is finished', () => {
  it('what changed since is imported again', async () => {
    const [old, settings] = [await oldArchive(), await newPlace()];
    const feed = await readFile(join(old, 'feed/2.json'));
    await writeFile(join(old, 'feed/2.json'), '');
    await importArchive(old, settings);
    await writeFile(join(old, 'feed/2.json'), feed);
    await mkdir(join(old, 'requests/order-9/1/marks'));
    await writeFile(join(old, 'requests/order-9/1/marks/create-1'), '2026-11-02T10:00:00.000Z');
    const { report } = await imported(old, settings);
    expect(report).toMatchObject({ imported: 1, finished: true, problems: [] });
    const archive = await openArchive(settings);
    expect(await archive.markedAt(keyOf('order-9'), 'create-1')).toBe('2026-11-02T10:00:00.000Z');
    await archive.close();
  });

  it('names what an archive does not have', async () => {
    const [old, settings] = [await oldArchive(), await newPlace()];
    const unknown = ['requests/not a reference', 'requests/order-9/1/notes.txt', 'feed/notes.txt'];
    for (const path of unknown) await writeFile(join(old, path), 'mine');
    const { report, content } = await imported(old, settings);
    expect(report.problems.map(({ path }) => path).sort()).toEqual(unknown.sort());
    expect(report).toMatchObject({ unknown: 3, finished: true, removable: [] });
    expect(content).toEqual(await oldContent());
  });
});

describe('a place that is not for it', () => {
  it('is one with another archive', async () => {
    const old = await oldArchive();
    for (const used of [true, false]) {
      const { archive, directory } = await newArchive();
      if (used) await startedRequest(archive, keyOf('mine'));
      await archive.close();
      await expect(importArchive(old, { directory, reserve: 0 })).rejects.toMatchObject({
        code: 'ARCHIVE_UNAVAILABLE',
        field: 'archive.directory',
        message: expect.stringContaining(used ? 'which has requests' : 'has no requests'),
        facts: { reason: 'another archive' },
      });
    }
  });

  it('is one with the files of another archive', async () => {
    const { archive, directory } = await newArchive();
    await archive.close();
    await rm(join(directory, 'records.sqlite'));
    await expect(importArchive(await oldArchive(), { directory, reserve: 0 })).rejects.toMatchObject({
      facts: { reason: 'another archive' },
    });
  });

  it('is left as it is if there is nothing to import', async () => {
    const settings = await newPlace();
    const error = expect.objectContaining({ code: 'BAD_INPUT', field: 'DIRECTORY' });
    await expect(importArchive(await newDirectory(), settings)).rejects.toEqual(error);
    const damaged = await oldArchive();
    await writeFile(join(damaged, 'archive.json'), '{');
    await expect(importArchive(damaged, settings)).rejects.toEqual(error);
    await expect(contentOf(settings)).rejects.toMatchObject({ facts: { reason: 'no archive' } });
  });
});

describe('an archive of the earlier form', () => {
  it('is named where it was not imported yet, and nobody makes another one beside it', async () => {
    const settings = { directory: await oldArchive(), reserve: 0 };
    const error = expect.objectContaining({
      code: 'ARCHIVE_UNAVAILABLE',
      remedy: expect.stringContaining(`videoid archive import ${settings.directory}`),
      facts: { reason: 'earlier form' },
    });
    await expect(openArchive(settings)).rejects.toEqual(error);
    await expect(openArchive(settings, { create: true })).rejects.toEqual(error);
    await expect(openArchive(settings, { migrate: true })).rejects.toEqual(error);
    expect((await imported(settings.directory, settings)).content).toEqual(await oldContent());
  });

  it('is not imported while a process of its release runs', async () => {
    const [old, settings] = [await oldArchive(), await newPlace()];
    await mkdir(join(old, 'processes'), { recursive: true });
    await writeFile(join(old, 'processes', `worker-${hostname()}.json`), '{}');
    await expect(importArchive(old, settings)).rejects.toMatchObject({ facts: { reason: 'in use' } });
    expect(await importArchive(old, settings, { dryRun: true })).toMatchObject({ attempts: 6 });
  });
});
