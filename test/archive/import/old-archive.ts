import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ImportOptions, type ImportReport, importArchive } from '../../../src/archive/import/import-archive.js';
import { openArchive } from '../../../src/archive/open-archive.js';
import type { ArchiveSettings } from '../../../src/archive/settings.js';
import { newDirectory } from '../sample-start.js';
import { wholeArchive } from './whole-archive.js';

const FIXTURES = join(import.meta.dirname, '..', '..', 'fixtures');

/** A copy of the archive that the last release with folders and JSON files wrote. */
export async function oldArchive(): Promise<string> {
  const directory = join(await newDirectory(), 'old');
  await cp(join(FIXTURES, 'old-archive'), directory, { recursive: true });
  return directory;
}

/** What that release read from it. */
export async function oldContent(): Promise<unknown> {
  return JSON.parse(await readFile(join(FIXTURES, 'old-archive.json'), 'utf8'));
}

/** Settings for a new archive in a directory of its own. */
export async function newPlace(): Promise<ArchiveSettings> {
  return { directory: join(await newDirectory(), 'new'), reserve: 0 };
}

/** Imports, and reads everything back. */
export async function imported(
  from: string,
  settings: ArchiveSettings,
  options: ImportOptions = {},
): Promise<{ report: ImportReport; content: unknown }> {
  const report = await importArchive(from, settings, options);
  return { report, content: await contentOf(settings) };
}

/** Everything in an archive. */
export async function contentOf(settings: ArchiveSettings): Promise<unknown> {
  const archive = await openArchive(settings);
  try {
    return await wholeArchive(archive);
  } finally {
    await archive.close();
  }
}
