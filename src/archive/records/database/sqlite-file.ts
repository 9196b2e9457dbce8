import { accessSync, chmodSync, closeSync, constants, mkdirSync, openSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { troubleOfFile } from './sqlite-trouble.js';
import { DatabaseError } from './trouble.js';

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
const OF_OTHERS = 0o077;

/**
 * Sees to it that the file is there before SQLite creates it, so that it and what SQLite puts beside it are for its owner alone. An
 * existing file is not opened: its closing would take the locks from every connection that this process has to it
 * (https://sqlite.org/howtocorrupt.html, 2.2). For the same reason nothing may come between.
 *
 * @throws DatabaseError
 */
export function makePrivate(file: string, create: boolean): void {
  try {
    if (create && fileAt(file) === undefined) {
      mkdirSync(dirname(file), { recursive: true, mode: DIRECTORY_MODE });
      createFile(file);
    }
    accessSync(file, constants.R_OK | constants.W_OK);
    // A file that came from a backup may have got another mode.
    if ((statSync(file).mode & OF_OTHERS) !== 0) chmodSync(file, FILE_MODE);
  } catch (error) {
    throw new DatabaseError(troubleOfFile(error));
  }
}

function createFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', FILE_MODE));
  } catch (error) {
    if (fileAt(file) === undefined) throw error; // else another process was first
  }
}

/** Identifies the file that is at a path now, by device and inode. Undefined if there is none, or if it cannot be seen. */
export function fileAt(path: string): string | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found === undefined ? undefined : `${found.dev}:${found.ino}`;
  } catch {
    return undefined; // whoever opens it next gets the error
  }
}

/** Bytes that this process may still write beside a file. Undefined if its folder is away. */
export function freeBytesAt(file: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(dirname(file));
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
