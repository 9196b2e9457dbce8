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
  /** The record; beside it lie the folders of the keys. */
  record: string;
  /** The folder of a key, and the file in it. */
  folder: (key: string) => string;
  file: (key: string) => string;
}

/**
 * Stores a stream: written aside and hashed, flushed, read back and hashed again, put under a new key; then the record goes over
 * to it. Killed before that, the record still speaks of the file before.
 *
 * @param expectedBytes told when there is no room
 */
export async function storeFile(
  disk: Disk,
  place: StoredPlace,
  source: Readable,
  expectedBytes?: number,
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
    await disk.replace(place.record, recordText(stored));
    if (before !== undefined) await disk.remove(place.folder(before.key));
    return stored;
  } catch (error) {
    await disk.remove(draft);
    // What cannot be asked for may be what counts.
    const counts = await readStored(disk, place).catch(() => ({ key }));
    if (counts?.key !== key) await disk.remove(place.folder(key));
    throw error;
  }
}

/** The record of a file; undefined when none was stored. */
export async function readStored(disk: Disk, { record }: StoredPlace): Promise<StoredFile | undefined> {
  return await readRecord(disk, record, storedFileSchema);
}

/** Removes a file and its record; harmless when they are not there. */
export async function removeStored(disk: Disk, place: StoredPlace): Promise<void> {
  const stored = await readStored(disk, place);
  await disk.removeFlushed(place.record);
  if (stored !== undefined) await disk.remove(place.folder(stored.key));
}
