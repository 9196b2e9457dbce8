import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system in memory, on Linux. On a real disk, the archive and the servers under test would mostly wait for the disk. */
const IN_MEMORY = '/dev/shm';
/** The bytes that must be free there, and in memory altogether. A test run uses less than half. */
const ROOM = 4e9;
const SPARE_MEMORY = 8e9;
const MOUNTS = '/proc/mounts';
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
  return { path, inMemory, remove: () => removeFolder(path) };
}

function hasRoom(): boolean {
  if (process.availableMemory() < SPARE_MEMORY) return false;
  try {
    const options = mounts().find(({ place }) => place === IN_MEMORY)?.options;
    // Some tests start programs that they write themselves. Containers often forbid that there.
    if (options === undefined || options.includes('noexec')) return false;
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
    if (pid !== undefined && !isRunning(Number(pid))) removeFolder(join(parent, name));
  }
}

/** A test that was killed may have left a mounted disk in the folder. */
function removeFolder(path: string): void {
  const left = mounts().filter(({ place }) => place.startsWith(`${path}/`));
  for (const { place } of left.toReversed()) execFileSync('umount', ['-l', place]);
  rmSync(path, { recursive: true, force: true });
}

/** In the order in which they were mounted. Empty if this system is not Linux. */
function mounts(): { place: string; options: string[] }[] {
  if (!existsSync(MOUNTS)) return [];
  const lines = readFileSync(MOUNTS, 'utf8').split('\n');
  return lines.map((line) => {
    const [, place = '', , options = ''] = line.split(' ');
    return { place: place.replaceAll('\\040', ' '), options: options.split(',') };
  });
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // it belongs to another user
  }
}
