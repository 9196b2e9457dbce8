import type { FileStore } from './files/file-store.js';
import { claimDeletion, expiredObjects, keep } from './records/expired.js';
import { forget, giveUp } from './records/files.js';
import type { Records } from './records/records.js';

/**
 * Deletes objects that nobody needs: of starts and writes that broke off a day ago, and files that were replaced long ago. Only what a
 * row of the records names and this sweeper has claimed is deleted. What may be the only copy of a file stays.
 *
 * @returns how many were deleted
 */
export async function sweep(records: Records, store: FileStore): Promise<number> {
  let removed = await store.sweep();
  for (const { object, onlyCopy } of await expiredObjects(records)) {
    if (onlyCopy && (await store.size(object)) !== undefined) {
      await keep(records, object);
      continue;
    }
    if (!(await claimDeletion(records, object))) continue;
    await store.remove(object);
    await forget(records, object);
    removed += 1;
  }
  return removed;
}

/** Removes an object that nobody needs. If that fails, a sweep does it later, so it is no error. Returns whether it is done. */
export async function dropObject(records: Records, store: FileStore, object: string): Promise<boolean> {
  try {
    if (!(await giveUp(records, object))) return true;
    await store.remove(object);
    await forget(records, object);
    return true;
  } catch {
    return false; // the row stays, and the sweeper finds it
  }
}
