import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, readdir, readFile, rename, rm, statfs } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { VideoIdError } from '../../messages/failures.js';

/** Only the user of the process has access. */
export const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;

/** No space: on the device, in the quota, or by the process's file size limit. */
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** What the codes of the operating system mean here, where they leave no doubt. */
const NOT_ALLOWED = {
  words: 'the user of this process may not read or write there',
  remedy: 'Give the archive, with everything below it, to the user of this process. Nobody else needs access.',
};
const AWAY = {
  words: 'the network file system does not answer',
  remedy: 'Check the server of that file system, and the network. It goes on when it answers.',
};
const CAUSES: Partial<Record<string, { words: string; remedy: string }>> = {
  EROFS: {
    words: 'its file system is read-only',
    remedy:
      'Mount it so that it can be written. If the system made it read-only after an error of the disk, check the disk first.',
  },
  EACCES: NOT_ALLOWED,
  EPERM: NOT_ALLOWED,
  EIO: { words: 'the disk reports an error', remedy: "Check the disk, and the system's log." },
  ESTALE: AWAY,
  EHOSTDOWN: AWAY,
  ETIMEDOUT: AWAY,
  ENOTCONN: AWAY,
  EMFILE: {
    words: 'this process has too many files open',
    remedy: 'Raise the limit of open files (ulimit -n), and restart it.',
  },
  ENFILE: {
    words: 'this machine has too many files open',
    remedy: "Raise the machine's limit of open files (fs.file-max).",
  },
};

/**
 * The file system below one directory: that of a store, of a backup or of an earlier archive. Files are written completely or not at all,
 * flushed before they are reported, and private to the user. Its errors are ARCHIVE_FULL and ARCHIVE_UNAVAILABLE. They name the
 * directory, and no path below it: in an earlier archive, that may contain a document's name.
 */
export class Disk {
  readonly root: string;
  /** The directory of everything unfinished, so that a sweep finds it. */
  readonly drafts: string;
  /** The setting or operand that names the directory. */
  readonly #field: string;

  /** @param drafts name of the directory of everything unfinished */
  constructor(root: string, drafts = '.drafts', field = 'archive.directory') {
    this.root = root;
    this.#field = field;
    this.drafts = join(root, drafts);
  }

  /** Makes a path absolute. */
  path(...below: string[]): string {
    return join(this.root, ...below);
  }

  /** An unused name for something unfinished. */
  draftPath(): string {
    return join(this.drafts, randomUUID());
  }

  /** Free space for this user, in bytes. */
  async freeBytes(): Promise<number> {
    return await this.run(async () => {
      const { bavail, bsize } = await statfs(this.root);
      return bavail * bsize;
    });
  }

  /** Runs a file operation and turns its errors into those of the archive. */
  async run<T>(operation: () => Promise<T>, bytesNeeded?: number): Promise<T> {
    try {
      return await operation();
    } catch (error) {
      const code = errorCode(error);
      if (code === undefined) throw error;
      throw FULL.has(code) ? await this.full(bytesNeeded) : this.#unavailableBecause(code);
    }
  }

  /** The text of a file. Undefined if there is none. */
  async read(path: string): Promise<string | undefined> {
    return await this.run(() => orUndefined(readFile(path, 'utf8'), 'ENOENT'));
  }

  /** The names in a directory. Undefined if there is none. */
  async list(path: string): Promise<string[] | undefined> {
    return await this.run(() => orUndefined(readdir(path), 'ENOENT'));
  }

  /** Makes a directory in an existing one. Harmless if it exists. */
  async makeDirectory(path: string): Promise<void> {
    await this.run(async () => {
      const made = await orUndefined(
        mkdir(path, { mode: DIRECTORY_MODE }).then(() => true),
        'EEXIST',
      );
      if (made === true) await flushDirectory(dirname(path));
    });
  }

  async flushDirectory(path: string): Promise<void> {
    await this.run(() => flushDirectory(path));
  }

  /** Opens a new file that must not exist. */
  async create(path: string): Promise<FileHandle> {
    return await this.run(() => open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, FILE_MODE));
  }

  /** Moves a finished draft to its name, and replaces the file there. */
  async publish(draftPath: string, path: string): Promise<void> {
    await this.run(async () => {
      await rename(draftPath, path);
      await flushDirectory(dirname(path));
    });
  }

  /** Writes a file unless it exists. Of several callers, exactly one gets true. */
  async writeOnce(path: string, text: string): Promise<boolean> {
    const draft = this.draftPath();
    try {
      await this.#writeFlushed(draft, text);
      // A hard link fails if the name exists, like O_EXCL, but never shows a file without its content.
      return await this.run(async () => {
        const made = await orUndefined(
          link(draft, path).then(() => true),
          'EEXIST',
        );
        await flushDirectory(dirname(path));
        return made === true;
      });
    } finally {
      await this.remove(draft);
    }
  }

  /** Removes a file, or a directory with its content. Harmless if there is none. */
  async remove(path: string): Promise<void> {
    await this.run(() => rm(path, { recursive: true, force: true }));
  }

  async #writeFlushed(path: string, text: string): Promise<void> {
    const handle = await this.create(path);
    try {
      await this.run(async () => {
        await handle.writeFile(text, 'utf8');
        await handle.sync();
      });
    } finally {
      await this.run(() => handle.close());
    }
  }

  /** The error ARCHIVE_FULL. */
  async full(bytesNeeded: number | undefined): Promise<VideoIdError> {
    const bytesFree = await this.freeBytes();
    const needed = bytesNeeded === undefined ? '' : `${bytesNeeded} bytes needed, `;
    return new VideoIdError('ARCHIVE_FULL', `There is not enough space in the archive: ${needed}${bytesFree} free.`, {
      field: this.#field,
      remedy: 'Free space on the disk of the archive, or raise the quota or file size limit of this user.',
      facts: bytesNeeded === undefined ? { bytesFree } : { bytesFree, bytesNeeded },
    });
  }

  #unavailableBecause(code: string): VideoIdError {
    const cause = CAUSES[code];
    if (cause === undefined) return this.unavailable(code);
    return this.unavailable(code, `The archive in ${this.root} cannot be used: ${cause.words}.`, cause.remedy);
  }

  /** The error ARCHIVE_UNAVAILABLE, for an error code of the operating system or a named condition. */
  unavailable(
    reason: string,
    message = `The archive in ${this.root} cannot be read or written.`,
    remedy = `Check that ${this.root} is mounted, belongs to the user of this process, is writable, and lies on one file system with hard links.`,
  ): VideoIdError {
    return new VideoIdError('ARCHIVE_UNAVAILABLE', message, {
      field: this.#field,
      remedy,
      facts: { reason },
    });
  }
}

/** The code of an operating system error: `ENOENT`. Undefined for any other error. */
export function errorCode(error: unknown): string | undefined {
  const isSystemError =
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    'syscall' in error &&
    typeof error.code === 'string';
  return isSystemError ? String(error.code) : undefined;
}

/** Resolves to undefined if the operation fails with the code `answer`. */
export async function orUndefined<T>(operation: Promise<T>, answer: string): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (errorCode(error) === answer) return undefined;
    throw error;
  }
}

/** After this, the names in a directory survive a power cut. */
async function flushDirectory(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
