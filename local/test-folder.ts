import { mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system in memory, on Linux. The archive and the servers under test wait for a real disk most of their time. */
const IN_MEMORY = '/dev/shm';
/** Bytes that must be free there, and in memory altogether. A whole run takes less than half of it. */
const ROOM = 4e9;
const SPARE_MEMORY = 8e9;
const PREFIX = 'videoid-test-';

/** The folder of one test run. All tests put their temporary files in there. */
export interface TestFolder {
  path: string;
  inMemory: boolean;
  remove(): void;
}

/** Opens it in memory where there is plenty, unless `TMPDIR` says where temporary files belong. */
export function openTestFolder(environment: NodeJS.ProcessEnv = process.env): TestFolder {
  const inMemory = environment['TMPDIR'] === undefined && hasRoom();
  const parent = inMemory ? IN_MEMORY : tmpdir();
  removeLeftOvers(parent);
  const path = mkdtempSync(join(parent, `${PREFIX}${process.pid}-`));
  return { path, inMemory, remove: () => rmSync(path, { recursive: true, force: true }) };
}

function hasRoom(): boolean {
  if (process.availableMemory() < SPARE_MEMORY) return false;
  try {
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    return bavail * bsize >= ROOM;
  } catch {
    return false; // another system than Linux
  }
}

/** What runs left that were killed. */
function removeLeftOvers(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // somebody else's
  }
}
