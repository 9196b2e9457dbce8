import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { leftOf } from '../messages/age.js';
import { orUndefined } from './disk.js';
import type { Disk } from './disk.js';

/**
 * Claims the right to read now. The directory has one file, whose name is the time of the last claim. A claim renames it. Of
 * several callers, only one can.
 *
 * @param gap milliseconds between two claims
 * @param now milliseconds since 1970
 * @returns 0 if claimed, else the milliseconds to wait, at most `gap`
 */
export async function claimRead(disk: Disk, directory: string, gap: number, now: number): Promise<number> {
  for (;;) {
    const claims = ((await disk.list(directory)) ?? [])
      .filter(isClaim)
      .map(Number)
      .sort((a, b) => b - a);
    const [last, ...older] = claims;
    if (last === undefined) {
      await disk.run(() => firstClaim(join(directory, '0')));
      continue;
    }
    const left = leftOf(gap, last, now);
    if (left > 0) return left;
    const claimed = await disk.run(() => claim(join(directory, String(last)), join(directory, String(now))));
    if (!claimed) continue;
    for (const stamp of older) await disk.run(() => rm(join(directory, String(stamp)), { force: true }));
    return 0;
  }
}

/** Ignores foreign files: their names would not match again, and the loop would not end. */
function isClaim(name: string): boolean {
  return String(Number(name)) === name && Number.isSafeInteger(Number(name));
}

async function firstClaim(path: string): Promise<void> {
  const handle = await orUndefined(open(path, 'wx', 0o600), 'EEXIST');
  await handle?.close();
}

async function claim(from: string, to: string): Promise<boolean> {
  const done = await orUndefined(
    rename(from, to).then(() => true),
    'ENOENT',
  );
  return done === true;
}
