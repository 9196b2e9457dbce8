import { BUSY, defect, KEY_EXISTS, NO_SUCH_TABLE, TOO_LARGE } from './trouble.js';
import type { Trouble } from './trouble.js';

const NOT_ALLOWED = {
  words: 'the user of this process may not read or write its file',
  remedy: 'Give the archive, with everything below it, to the user of this process. Nobody else needs access.',
};
const READ_ONLY = {
  words: 'its file, or the file system below it, is read-only',
  remedy:
    'Let the user of this process write it. If the system made the disk read-only after an error, check the disk first.',
};
const DISK = {
  words: 'the disk reports an error, or the quota or file size limit of this user is reached',
  remedy: "Check the disk, the system's log and the limits of this user.",
};
const DAMAGED = {
  words: 'its file is damaged, or is not a database',
  remedy:
    'Stop all processes. Move the file, and the files beside it with the same name, to another folder. Restore the archive from the last backup.',
};
const MISSING = {
  words: 'its file cannot be opened',
  remedy: 'Check that its folder is mounted, belongs to the user of this process, and is writable.',
};
const TOO_MANY_FILES = {
  words: 'this process, or this machine, has too many files open',
  remedy: 'Raise the limit of open files (ulimit -n, fs.file-max), and restart it.',
};

/** The archive has the requests, so these words never lead anybody to make another one in its place. */
const NOT_THERE = {
  words: 'its file is not there',
  remedy:
    'Mount the disk of the archive there, or correct the settings of the archive (archive.*) so that they name where it is now.',
};

const FULL: Omit<Trouble, 'reason'> = {
  kind: 'full',
  words: 'there is no space for it',
  remedy: 'Free space on the disk of the archive, or raise the quota or file size limit of this user.',
};

/** By the code of the operating system. */
const OF_FILE: Partial<Record<string, Pick<Trouble, 'words' | 'remedy'>>> = {
  ENOENT: NOT_THERE,
  EACCES: NOT_ALLOWED,
  EPERM: NOT_ALLOWED,
  EROFS: READ_ONLY,
  EIO: DISK,
  EMFILE: TOO_MANY_FILES,
  ENFILE: TOO_MANY_FILES,
};

/** What it means that the file cannot be created or opened. */
export function troubleOfFile(error: unknown): Trouble {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
  if (code === 'ENOSPC' || code === 'EDQUOT') return { ...FULL, reason: code };
  return { kind: 'lasting', reason: code, ...(OF_FILE[code] ?? MISSING) };
}

/** What it means that SQLite cannot keep its log beside the file. */
export const WITHOUT_LOG: Trouble = {
  kind: 'lasting',
  reason: 'no WAL',
  words: 'its file system has no shared memory. Network file systems have none',
  remedy: 'Put the archive on a disk of this machine, or use PostgreSQL (archive.database).',
};

/** By the primary result code, https://sqlite.org/rescode.html. */
const BY_CODE: Partial<Record<number, Trouble>> = {
  3: { kind: 'lasting', reason: 'SQLITE_PERM', ...NOT_ALLOWED },
  7: {
    kind: 'lasting',
    reason: 'SQLITE_NOMEM',
    words: 'there is not enough memory',
    remedy: 'Give this process more memory, and restart it.',
  },
  8: { kind: 'lasting', reason: 'SQLITE_READONLY', ...READ_ONLY },
  10: { kind: 'lasting', reason: 'SQLITE_IOERR', ...DISK },
  11: { kind: 'lasting', reason: 'SQLITE_CORRUPT', ...DAMAGED },
  13: { reason: 'SQLITE_FULL', ...FULL },
  14: { kind: 'lasting', reason: 'SQLITE_CANTOPEN', ...MISSING },
  26: { kind: 'lasting', reason: 'SQLITE_NOTADB', ...DAMAGED },
};

/** BUSY, LOCKED, PROTOCOL (many wait for the log) and SCHEMA (it changed meanwhile). */
const PASSING = new Set([5, 6, 15, 17]);
/** Primary key, unique, row id. */
const UNIQUE = new Set([1555, 2067, 2579]);
/** The index of the log could not grow. */
const IOERR_SHMSIZE = 4874;

/** What an error of `node:sqlite` means. Undefined for any other error. */
export function sqliteTroubleOf(error: unknown): Trouble | undefined {
  if (!isSqliteError(error)) return isOutOfRange(error) ? TOO_LARGE : undefined;
  const { errcode, message } = error;
  if (UNIQUE.has(errcode)) return defect(`SQLite ${errcode}`, KEY_EXISTS);
  if (errcode === IOERR_SHMSIZE) return { reason: String(errcode), ...FULL };
  const primary = errcode & 0xff;
  if (PASSING.has(primary)) {
    return {
      kind: 'passing',
      reason: BUSY,
      words: 'another process is writing to it',
      remedy:
        'It goes on when that process has finished. Check that no backup program and no SQL console holds its file.',
    };
  }
  const known = BY_CODE[primary];
  if (known !== undefined) return known;
  if (/^no such (table|column)/.test(message)) return NO_SUCH_TABLE;
  // Such a message names tables and columns, never a value. This one repeats the statement.
  return message.includes('syntax error') ? defect(`SQLite ${errcode}`) : defect(`SQLite ${errcode}`, message);
}

function isSqliteError(error: unknown): error is { errcode: number; message: string } {
  return typeof error === 'object' && error !== null && 'errcode' in error && typeof error.errcode === 'number';
}

/** Values that we write are checked before, so this is about one that was read. */
function isOutOfRange(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_OUT_OF_RANGE';
}
