import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, chmod, mkdir } from 'node:fs/promises';
import { VideoIdError } from '../messages/failures.js';
import { DIRECTORY_MODE, unavailable } from './disk.js';
import type { Disk } from './disk.js';
import { ARCHIVE_FILE, INCOMING, TOP_DIRECTORIES } from './layout.js';
import { readRecord, recordText } from './record-file.js';
import { archiveIdentitySchema } from './record-schemas.js';

/** A new disk may contain this. */
const NOT_OURS_BUT_FINE = new Set(['lost+found']);

/**
 * The id of the archive in the disk's directory. With `create`, a missing archive is made.
 *
 * @throws ARCHIVE_UNAVAILABLE
 */
export async function openIdentity(disk: Disk, create: boolean): Promise<string> {
  const id = (await readIdentity(disk)) ?? (create ? await makeIdentity(disk) : undefined);
  if (id === undefined) {
    throw new VideoIdError('ARCHIVE_UNAVAILABLE', 'There is no archive in the archive directory.', {
      field: 'archive.directory',
      remedy: 'Name the directory of the archive, or mount it. A client or the set-up can make a new archive.',
      facts: { reason: 'no archive' },
    });
  }
  await disk.run(() => access(disk.root, constants.R_OK | constants.W_OK | constants.X_OK));
  for (const name of TOP_DIRECTORIES) await disk.makeDirectory(disk.path(name));
  return id;
}

/**
 * Checks that the archive itself is there: a lost mount leaves an empty directory, which looks like a missing file.
 *
 * @throws ARCHIVE_UNAVAILABLE
 */
export async function assertPresent(disk: Disk, id: string): Promise<void> {
  if ((await readIdentity(disk)) !== id) {
    throw unavailable('archive gone', 'The archive is no longer in the archive directory.');
  }
}

async function readIdentity(disk: Disk): Promise<string | undefined> {
  return (await readRecord(disk, disk.path(ARCHIVE_FILE), archiveIdentitySchema))?.id;
}

async function makeIdentity(disk: Disk): Promise<string | undefined> {
  await disk.run(() => mkdir(disk.root, { recursive: true, mode: DIRECTORY_MODE }));
  const present = (await disk.list(disk.root)) ?? [];
  // Another process may be making the same archive. It writes this file last, after `incoming`.
  const foreign = present.filter(
    (name) => name !== ARCHIVE_FILE && !TOP_DIRECTORIES.includes(name) && !NOT_OURS_BUT_FINE.has(name),
  );
  if (foreign.length > 0 || (!present.includes(ARCHIVE_FILE) && (await holdsRequests(disk)))) {
    throw new VideoIdError('ARCHIVE_UNAVAILABLE', 'The archive directory contains other files and no archive.', {
      field: 'archive.directory',
      remedy: `Name an empty directory, or that of an existing archive. If this was an archive, restore its ${ARCHIVE_FILE} from a backup.`,
      facts: { reason: 'not empty' },
    });
  }
  await disk.run(() => chmod(disk.root, DIRECTORY_MODE));
  for (const name of TOP_DIRECTORIES) await disk.makeDirectory(disk.path(name));
  const identity = { id: randomUUID(), createdAt: new Date().toISOString() };
  await disk.writeOnce(disk.path(ARCHIVE_FILE), recordText(identity));
  return await readIdentity(disk);
}

/** Whether there are requests without the archive's id. The id was lost, and with a new one they could not be used. */
async function holdsRequests(disk: Disk): Promise<boolean> {
  for (const name of TOP_DIRECTORIES) {
    if (name !== INCOMING && ((await disk.list(disk.path(name))) ?? []).length > 0) return true;
  }
  return false;
}
