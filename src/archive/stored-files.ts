import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import type { StoredFile } from './archive.js';
import type { Disk } from './disk.js';
import { readRecord, recordText } from './record-file.js';
import { storedFileSchema } from './record-schemas.js';
import { assertStored, writeStream } from './stored-stream.js';

/** Where a file and its record lie. */
export interface StoredPlace {
  /** The record. The folders of the keys are beside it. */
  record: string;
  /** The folder of a key, and the file in it. */
  folder: (key: string) => string;
  file: (key: string) => string;
}

/**
 * Stores a stream. It is written to a temporary place, hashed, flushed, read back, hashed again, and moved to a new key. Then the
 * record is switched to it. If the process is killed before that, the record still names the previous file.
 *
 * @param more.expectedBytes for the error if there is no space
 * @param more.replace false: a file that is there stays
 */
export async function storeFile(
  disk: Disk,
  place: StoredPlace,
  source: Readable,
  { expectedBytes, replace = true }: { expectedBytes?: number | undefined; replace?: boolean } = {},
): Promise<StoredFile> {
  const draft = disk.draftPath();
  const key = randomBytes(6).toString('hex');
  try {
    const stored = { ...(await writeStream(disk, draft, source, expectedBytes)), key };
    await assertStored(disk, draft, stored);
    const path = place.file(key);
    for (const directory of new Set([dirname(place.record), place.folder(key), dirname(path)])) {
      await disk.makeDirectory(directory);
    }
    await disk.publish(draft, path);
    const before = await readStored(disk, place);
    if (replace) await disk.replace(place.record, recordText(stored));
    else if (!(await disk.writeOnce(place.record, recordText(stored)))) await disk.remove(place.folder(key));
    if (replace && before !== undefined) await disk.remove(place.folder(before.key));
    return stored;
  } catch (error) {
    await disk.remove(draft);
    // If the record cannot be read, the new file may be the current one.
    const counts = await readStored(disk, place).catch(() => ({ key }));
    if (counts?.key !== key) await disk.remove(place.folder(key));
    throw error;
  }
}

/** The record of a file. Undefined if none was stored. */
export async function readStored(disk: Disk, { record }: StoredPlace): Promise<StoredFile | undefined> {
  return await readRecord(disk, record, storedFileSchema);
}

/** Removes a file and its record. Harmless if there are none. */
export async function removeStored(disk: Disk, place: StoredPlace): Promise<void> {
  const stored = await readStored(disk, place);
  await disk.removeFlushed(place.record);
  if (stored !== undefined) await disk.remove(place.folder(stored.key));
}
