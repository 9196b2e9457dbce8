import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system in memory, on Linux. On a real disk, the archive and the servers under test would mostly wait for the disk. */
const IN_MEMORY = '/dev/shm';
/** The bytes that must be free there, and in memory altogether. A test run uses less than half. */
const ROOM = 4e9;
const SPARE_MEMORY = 8e9;
const PREFIX = 'videoid-test-';

/** The folder of one test run, for all temporary files of the tests. */
export interface TestFolder {
  path: string;
  inMemory: boolean;
  remove(): void;
}

/** Opens it in memory if there is enough space, unless `TMPDIR` names another place. */
export function openTestFolder(environment: NodeJS.ProcessEnv = process.env): TestFolder {
  const given = environment['TMPDIR'];
  const inMemory = given === undefined && hasRoom();
  const parent = given ?? (inMemory ? IN_MEMORY : tmpdir());
  removeLeftOvers(parent);
  const path = mkdtempSync(join(parent, `${PREFIX}${process.pid}-`));
  // A server that does not run as root has its folder in it.
  chmodSync(path, 0o711);
  return { path, inMemory, remove: () => rmSync(path, { recursive: true, force: true }) };
}

function hasRoom(): boolean {
  if (process.availableMemory() < SPARE_MEMORY) return false;
  try {
    const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
    const options = mounts.map((mount) => mount.split(' ')).find(([, place]) => place === IN_MEMORY)?.[3];
    // Some tests start programs that they write themselves. Containers often forbid that there.
    if (options === undefined || options.split(',').includes('noexec')) return false;
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    return bavail * bsize >= ROOM;
  } catch {
    return false; // this system is not Linux
  }
}

/** Removes the folders of test runs that were killed. */
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
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // it belongs to another user
  }
}
