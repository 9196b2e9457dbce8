import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, chmod, mkdir } from 'node:fs/promises';
import { DIRECTORY_MODE } from './disk.js';
import type { Disk } from './disk.js';
import { ARCHIVE_FILE, INCOMING, NOT_OURS_BUT_FINE, TOP_DIRECTORIES } from './layout.js';
import { archiveMissing, archiveReplaced } from './missing-archive.js';
import { readRecord, recordText } from './record-file.js';
import { archiveIdentitySchema } from './record-schemas.js';

/**
 * The id of the archive in the disk's directory. With `create`, a missing archive is made.
 *
 * @throws ARCHIVE_UNAVAILABLE
 */
export async function openIdentity(disk: Disk, create: boolean): Promise<string> {
  const id = (await readIdentity(disk)) ?? (create ? await makeIdentity(disk) : undefined);
  if (id === undefined) throw await archiveMissing(disk);
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
  const present = await readIdentity(disk);
  if (present === undefined) throw await archiveMissing(disk);
  if (present !== id) throw archiveReplaced(disk, present, id);
}

/** The archive's id. Undefined if there is no archive. @throws ARCHIVE_UNAVAILABLE */
export async function readIdentity(disk: Disk): Promise<string | undefined> {
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
    throw await archiveMissing(disk);
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
