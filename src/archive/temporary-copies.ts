import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash, randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { VideoIdError } from '../messages/failures.js';
import type { FileDigest } from './archive.js';
import { errorCode } from './files/disk.js';
import { SpaceQueue } from './space-queue.js';
import { digestOf, writeAll } from './files/stored-stream.js';

/** A file on this machine, private to this process. */
export interface TemporaryCopy extends FileDigest {
  path: string;
}

/** Room for several copies that are needed at the same time. */
export interface TemporaryRoom {
  /**
   * Copies a stream to its end.
   *
   * @throws what the stream throws, unchanged; ARCHIVE_UNAVAILABLE if the temporary directory cannot be written
   */
  add(source: Readable): Promise<TemporaryCopy>;
  /** No more copies come. Room that was not needed is given back. */
  trim(): void;
  /** Removes the copies. Harmless if they are removed. */
  release(): Promise<void>;
}

/** How much room is needed, and how long somebody waits for it. */
export interface RoomOrder {
  /** The most bytes that come. */
  bytes: number;
  /** Ends the waiting with its reason. */
  signal?: AbortSignal | undefined;
}

/** Bytes. Forty documents of the largest usual size. */
const MOST = 1e9;

/** The folders of this process. Another folder may have the same process id in its name: containers use the same ids. */
const ownFolders = new Set<string>();

const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const FOLDER = new RegExp(`^videoid-${HOST}-(\\d+)-`);

/**
 * Copies of files in TMPDIR, for code that reads them at any position. They are removed when they are released, when the process
 * ends, or, if it was killed, when the next one starts. Their total size is limited, and callers wait for room.
 */
export class TemporaryCopies {
  readonly #folder: string;
  readonly #queue: SpaceQueue;
  readonly #using = new AsyncLocalStorage<true>();
  readonly #removeAtExit = () => rmSync(this.#folder, { recursive: true, force: true });

  private constructor(folder: string, most: number) {
    this.#folder = folder;
    this.#queue = new SpaceQueue(most);
    process.once('exit', this.#removeAtExit);
  }

  /**
   * Makes a folder for this process, and removes those of processes of this machine that have ended.
   *
   * @param options.most bytes of all copies at once. The default is 1 GB
   * @throws ARCHIVE_UNAVAILABLE if the temporary directory cannot be written
   */
  static async open({ most = MOST, directory = tmpdir() } = {}): Promise<TemporaryCopies> {
    return await local(async () => {
      for (const name of await readdir(directory)) {
        const path = join(directory, name);
        const pid = Number(FOLDER.exec(name)?.[1]);
        if (pid > 0 && !ownFolders.has(path) && (pid === process.pid || !isAlive(pid)))
          await rm(path, { recursive: true, force: true }).catch(() => undefined); // another user's
      }
      const folder = await mkdtemp(join(directory, `videoid-${HOST}-${process.pid}-`));
      ownFolders.add(folder);
      return new TemporaryCopies(folder, most);
    });
  }

  /**
   * Waits until there is room. Who holds room must not ask for more: two such callers could wait for each other. Inside `withCopy`,
   * nobody waits.
   *
   * @throws the reason of `order.signal`; ARCHIVE_UNAVAILABLE after two minutes
   */
  async room({ bytes, signal }: RoomOrder): Promise<TemporaryRoom> {
    const space = this.#using.getStore() ? this.#queue.add(bytes) : await this.#queue.take(bytes, signal);
    const paths: string[] = [];
    let left = bytes;
    return {
      add: async (source) => {
        const path = join(this.#folder, randomUUID());
        paths.push(path);
        const digest = await this.#copy(path, source, left);
        left -= digest.size;
        return { path, ...digest };
      },
      trim: () => space.keep(bytes - left),
      release: async () => {
        // A second release finds no files.
        for (const path of paths.splice(0)) await rm(path, { force: true });
        space.keep(0);
      },
    };
  }

  /** One copy. Who gets it must release it. */
  async take(source: Readable, order: RoomOrder): Promise<TemporaryCopy & { release: () => Promise<void> }> {
    source.on('error', () => {});
    const room = await this.room(order).catch((error: unknown) => {
      source.destroy();
      throw error;
    });
    try {
      const copy = await room.add(source);
      room.trim();
      return { ...copy, release: () => room.release() };
    } catch (error) {
      await room.release();
      throw error;
    }
  }

  /** One copy, as long as `use` runs. */
  async withCopy<T>(source: Readable, order: RoomOrder, use: (copy: TemporaryCopy) => Promise<T>): Promise<T> {
    const { release, ...copy } = await this.take(source, order);
    try {
      return await this.#using.run(true, () => use(copy));
    } finally {
      await release();
    }
  }

  /** Removes everything. */
  close(): void {
    process.removeListener('exit', this.#removeAtExit);
    this.#removeAtExit();
    ownFolders.delete(this.#folder);
  }

  async #copy(path: string, source: Readable, most: number): Promise<FileDigest> {
    try {
      const handle = await local(() => open(path, 'wx', 0o600));
      let left = most;
      try {
        return await digestOf(source, async (bytes) => {
          left -= bytes.length;
          if (left < 0) throw new Error('A temporary copy is larger than was said.');
          await local(() => writeAll(handle, bytes));
        });
      } finally {
        await local(() => handle.close());
      }
    } finally {
      source.destroy();
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}

async function local<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    const reason = errorCode(error);
    if (reason === undefined) throw error;
    throw new VideoIdError('ARCHIVE_UNAVAILABLE', 'The temporary directory of this process cannot be written.', {
      remedy: 'Free space there, or name another directory in TMPDIR. Files are copied there while they are checked.',
      facts: { reason },
    });
  }
}
