import { VideoIdError } from '../messages/failures.js';
import type { FileStore } from './files/file-store.js';
import { claimDeletion, expiredObjects, keep } from './records/expired.js';
import { forget, giveUp, WRITTEN_WITHIN } from './records/files.js';
import type { Records } from './records/records.js';

/** Whether an object may still come after its write has failed. A source that breaks ends the write at the server too. */
export function mayStillCome(store: FileStore, error: unknown): boolean {
  return store.writesLate && error instanceof VideoIdError;
}

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

/**
 * Removes an object that nobody needs. If that fails, a sweep does it later, so it is no error.
 *
 * @param more.mayCome a server may still write it. So its row stays, and the sweeper removes it once more
 * @returns whether it is done
 */
export async function dropObject(
  records: Records,
  store: FileStore,
  object: string,
  { mayCome = false }: { mayCome?: boolean } = {},
): Promise<boolean> {
  try {
    if (!(await giveUp(records, object, mayCome ? WRITTEN_WITHIN : 0))) return true;
    await store.remove(object);
    if (!mayCome) await forget(records, object);
    return true;
  } catch {
    return false; // the row stays, and the sweeper finds it
  }
}
