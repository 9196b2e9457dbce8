import { stat } from 'node:fs/promises';
import { orUndefined } from './disk.js';
import type { Disk } from './disk.js';
import { INCOMING } from './layout.js';

/** Longer than any start or write takes. Milliseconds. */
export const LEFTOVER_AGE = 24 * 60 * 60 * 1000;

/**
 * Removes leftovers of crashed starts and writes from `incoming/`.
 *
 * @param now milliseconds since 1970
 * @returns how many were removed
 */
export async function sweepIncoming(disk: Disk, now: number): Promise<number> {
  let removed = 0;
  for (const name of (await disk.list(disk.path(INCOMING))) ?? []) {
    const path = disk.path(INCOMING, name);
    const found = await disk.run(() => orUndefined(stat(path), 'ENOENT'));
    if (found === undefined || now - found.mtimeMs < LEFTOVER_AGE) continue;
    await disk.remove(path);
    removed += 1;
  }
  return removed;
}
