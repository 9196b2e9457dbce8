import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { archiveSettings } from '../../../local/combination.js';
import { openState } from '../../../local/state.js';
import { importArchive } from '../../../src/archive/import/import-archive.js';
import { openArchive } from '../../../src/archive/open-archive.js';
import { archive as schema } from '../../../src/config/archive.js';
import type { ArchiveSettings } from '../../../src/archive/settings.js';
import { freshBucket, freshDatabase } from '../../installation/shared-servers.js';
import { keyOf, newDirectory, removeDirectories } from '../sample-start.js';
import { contentOf, imported, oldArchive, oldContent } from './old-archive.js';

afterAll(removeDirectories);

/** A new database and a new bucket. */
async function newPlace(): Promise<ArchiveSettings> {
  const state = await openState(await newDirectory());
  const place = { database: await freshDatabase(), files: await freshBucket() };
  return schema.parse({ ...archiveSettings(state, place), reserve: 0 });
}

describe('the import into PostgreSQL and S3', () => {
  it('brings everything along, once', async () => {
    const [old, settings] = [await oldArchive(), await newPlace()];
    const { report, content } = await imported(old, settings);
    expect(content).toEqual(await oldContent());
    expect(report).toMatchObject({
      attempts: 6,
      imported: 6,
      files: 15,
      problems: [],
      finished: true,
      removable: [old],
    });
    expect(await imported(old, settings)).toMatchObject({ report: { imported: 0, finished: true }, content });
  });

  it('is done once by several at the same moment', async () => {
    const [old, settings] = [await oldArchive(), await newPlace()];
    await Promise.all(Array.from({ length: 4 }, () => importArchive(old, settings)));
    expect(await contentOf(settings)).toEqual(await oldContent());
  });

  it('keeps the archive closed until everything can be read, and adds a file that was missing', async () => {
    const [old, settings] = [await oldArchive(), await newPlace()];
    const [mark, file] = [
      join(old, 'requests/order-1/2/marks/sign-1'),
      join(old, 'requests/order-9/1/documents/nine.pdf'),
    ];
    const [at, bytes] = [await readFile(mark), await readFile(file)];
    await writeFile(mark, '');
    await writeFile(file, '%PDF-1.7 ten.');
    expect(await importArchive(old, settings)).toMatchObject({ imported: 5, finished: false });
    await expect(openArchive(settings)).rejects.toMatchObject({ facts: { reason: 'import not finished' } });
    await writeFile(mark, at);
    await rm(file);
    expect(await importArchive(old, settings)).toMatchObject({
      imported: 1,
      finished: true,
      problems: [{ what: 'missing', path: 'requests/order-9/1', words: 'document 1' }],
    });
    const archive = await openArchive(settings);
    const read = archive.openFile(keyOf('order-9'), { kind: 'document', index: 1 });
    await expect(read).rejects.toMatchObject({ code: 'DOCUMENT_NOT_FOUND' });
    await archive.close();
    await writeFile(file, bytes);
    const { report, content } = await imported(old, settings);
    expect(report.problems).toEqual([]);
    expect(content).toEqual(await oldContent());
  });
});
