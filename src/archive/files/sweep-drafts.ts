import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DIRECTORY_MODE, orUndefined } from './disk.js';
import type { Disk } from './disk.js';

/** Longer than any start or write takes. Milliseconds. */
export const LEFTOVER_AGE = 24 * 60 * 60 * 1000;

/**
 * Removes leftovers of crashed starts and writes from the disk's drafts. Their age counts by the clock that stamps the files, which may be
 * that of a file server: by another clock, a write in progress could look old.
 *
 * @returns how many were removed
 */
export async function sweepDrafts(disk: Disk): Promise<number> {
  let removed = 0;
  const now = await fileTime(disk);
  for (const name of (await disk.list(disk.drafts)) ?? []) {
    const path = join(disk.drafts, name);
    const found = await disk.run(() => orUndefined(stat(path), 'ENOENT'));
    if (found === undefined || now - found.mtimeMs < LEFTOVER_AGE) continue;
    await disk.remove(path);
    removed += 1;
  }
  return removed;
}

/** The file system's time, milliseconds since 1970. It stamps every change with it, and this one needs no space. */
async function fileTime(disk: Disk): Promise<number> {
  return await disk.run(async () => {
    await chmod(disk.drafts, DIRECTORY_MODE);
    return (await stat(disk.drafts)).ctimeMs;
  });
}
