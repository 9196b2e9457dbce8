import { chmod, mkdir, readdir } from 'node:fs/promises';
import { VideoIdError } from '../messages/failures.js';
import { DIRECTORY_MODE, Disk } from './files/disk.js';
import { placesOf } from './places.js';
import type { ArchiveSettings } from './settings.js';

/** What a folder may contain before an archive is made in it: parts of an archive that is being made, and the `lost+found` of a new disk. */
const FINE = /^(?:records\.sqlite.*|files|index|lost\+found)$/;

/**
 * Makes the folder of a new archive, for its user alone. Harmless if the archive is there.
 *
 * @throws ARCHIVE_UNAVAILABLE if the folder has other things in it
 */
export async function makeFolder(settings: ArchiveSettings): Promise<void> {
  const { directory } = settings;
  const { files } = placesOf(settings);
  if (settings.database !== undefined && files === undefined) return; // nothing will be in it
  const disk = new Disk(directory);
  await disk.run(() => mkdir(directory, { recursive: true, mode: DIRECTORY_MODE }));
  const names = await disk.run(() => readdir(directory));
  if (names.includes('records.sqlite')) return;
  const foreign = names.filter((name) => !FINE.test(name));
  if (foreign.length > 0) {
    throw new VideoIdError('ARCHIVE_UNAVAILABLE', `No archive is made in ${directory}: it has other files.`, {
      field: 'archive.directory',
      remedy: 'Name an empty folder, or one that does not exist yet.',
      facts: { reason: 'other files' },
    });
  }
  await disk.run(() => chmod(directory, DIRECTORY_MODE));
}
