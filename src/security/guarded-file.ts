import { closeSync, fstatSync, openSync, readFileSync, type Stats, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { VideoIdError } from '../messages/failures.js';

/** The largest file, in bytes. Keys, tokens, certificates and settings are far smaller. */
const MOST = 4_000_000;

const OTHERS_WRITE = 0o002;
const GROUP_WRITES = 0o020;
const OTHERS_READ = 0o004;
const GROUP_READS = 0o040;
const STICKY = 0o1000;

/**
 * Reads a file that this process must be able to trust: settings, a key, a token, certificates.
 *
 * @param field the setting that names it
 * @throws VideoIdError BAD_SETTING if others can write it, or if it is too large or not a file; else the system's error
 */
export async function readGuarded(path: string, field: string | undefined): Promise<string> {
  const handle = await open(path, 'r');
  try {
    assertGuarded(await handle.stat(), path, field);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/** The same, but synchronous, for files that are needed at the start. */
export function readGuardedSync(path: string, field: string | undefined): string {
  const descriptor = openSync(path, 'r');
  try {
    assertGuarded(fstatSync(descriptor), path, field);
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

function assertGuarded(stats: Stats, path: string, field: string | undefined): void {
  const writers = writersOf(stats);
  if (writers !== undefined) {
    throw new VideoIdError('BAD_SETTING', `The file ${path} can be written by ${writers}, so it is not trusted.`, {
      field,
      remedy: `Check whether it was changed, then: chmod go-w ${path}`,
    });
  }
  if (stats.isFile() && mayBeReplaced(path)) {
    const directory = dirname(path);
    throw new VideoIdError('BAD_SETTING', `Everybody can replace the file ${path}, so it is not trusted.`, {
      field,
      remedy: `Check whether it was changed, then: chmod o-w ${directory}`,
    });
  }
  // A directory fails when it is read. A pipe has no size and comes to an end.
  if (stats.isCharacterDevice() || stats.isBlockDevice() || stats.size > MOST) {
    throw new VideoIdError('BAD_SETTING', `${path} is not a file of at most ${MOST} bytes.`, {
      field,
      remedy: 'Name the right file.',
    });
  }
}

/** Who else can write a file. The process's own group is allowed: on many systems each user has a group of their own. */
function writersOf(stats: Stats): string | undefined {
  if (!hasModes() || !stats.isFile()) return undefined;
  if ((stats.mode & OTHERS_WRITE) !== 0) return 'everybody';
  return (stats.mode & GROUP_WRITES) !== 0 && stats.gid !== process.getegid?.() ? `the group ${stats.gid}` : undefined;
}

/** Whether anybody can replace the file. In a sticky directory, such as /tmp, only the owner can. */
function mayBeReplaced(path: string): boolean {
  if (!hasModes()) return false;
  const { mode } = statSync(dirname(path));
  return (mode & OTHERS_WRITE) !== 0 && (mode & STICKY) === 0;
}

/** A weakness in a file's permissions, although the file is used. Undefined if there is none. For `doctor`. */
export async function looseness(path: string, secret: boolean): Promise<string | undefined> {
  const handle = await open(path, 'r');
  try {
    const stats = await handle.stat();
    if (!hasModes() || !stats.isFile()) return undefined;
    const { mode, gid, uid } = stats;
    if ((mode & GROUP_WRITES) !== 0) return `the group ${gid} may write ${path}`;
    if (![0, process.geteuid?.()].includes(uid)) return `${path} belongs to another user (${uid}), who may write it`;
    if (!secret) return undefined;
    if ((mode & OTHERS_READ) !== 0) return `everybody on this machine may read ${path}`;
    return (mode & GROUP_READS) !== 0 && gid !== process.getegid?.() ? `the group ${gid} may read ${path}` : undefined;
  } finally {
    await handle.close();
  }
}

function hasModes(): boolean {
  return process.platform !== 'win32';
}
