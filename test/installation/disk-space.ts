import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VideoIdClient } from '../../src/client.js';
import { recordsOf } from '../archive/records-of.js';
import type { Installation } from './installation.js';

/** The reserve in bytes, for an installation with such a limit. */
export const RESERVE = 100_000;

/** The free space of an archive. A test fills it while everything runs, and frees it again. */
export interface Room {
  /** Where the archive lies. */
  readonly archive: string;
  /** Lets the worker write files of at most this many bytes. */
  leave(at: Installation, bytes: number): Promise<void>;
  /** Leaves less than the reserve. Returns a client that sees this too. */
  belowReserve(at: Installation): Promise<VideoIdClient>;
  giveBack(at: Installation): Promise<void>;
  close(): void;
}

/** Mounts a file system for the archive if this system allows it. Otherwise uses limits, and reports that. */
export function openRoom(): Room {
  try {
    return SmallDisk.mount();
  } catch (error) {
    process.stderr.write(
      `No file system can be mounted here, so the disk does not really fill: the worker's files are limited, and the reserve is raised. (${String(error)})\n`,
    );
    return new Limits();
  }
}

/** Whether this system lets us mount. */
export function mounts(): boolean {
  try {
    SmallDisk.mount().close();
    return true;
  } catch {
    return false; // not permitted, or the program does not exist
  }
}

class SmallDisk implements Room {
  readonly archive: string;
  private readonly filler: string;

  private constructor(private readonly folder: string) {
    this.archive = join(folder, 'archive');
    this.filler = join(folder, 'filler');
  }

  /** @throws if it is not permitted */
  static mount(): SmallDisk {
    const folder = mkdtempSync(join(tmpdir(), 'videoid-disk-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=100m,mode=700', 'tmpfs', folder], { stdio: 'pipe' });
    } catch (error) {
      rmSync(folder, { recursive: true });
      throw error;
    }
    return new SmallDisk(folder);
  }

  async leave(_at: Installation, bytes: number): Promise<void> {
    recordsOf(this.archive).emptyLogs();
    const { bavail, bsize } = statfsSync(this.folder);
    const file = openSync(this.filler, 'w');
    let left = bavail * bsize - bytes;
    try {
      while (left > 0) left -= writeSync(file, Buffer.alloc(Math.min(left, 1_000_000)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error; // somebody else used the rest
    } finally {
      closeSync(file);
    }
  }

  async belowReserve(at: Installation): Promise<VideoIdClient> {
    await this.leave(at, RESERVE / 2);
    return at.client;
  }

  async giveBack(): Promise<void> {
    rmSync(this.filler, { force: true });
  }

  close(): void {
    execFileSync('umount', ['-l', this.folder]);
    rmSync(this.folder, { recursive: true });
  }
}

/** For systems other than Linux as root: a limit on the size of the worker's files, and the reserve as a setting. */
class Limits implements Room {
  private readonly folder = mkdtempSync(join(tmpdir(), 'videoid-limits-'));
  readonly archive = join(this.folder, 'archive');
  private client: VideoIdClient | undefined;

  constructor() {
    mkdirSync(this.archive);
  }

  async leave(at: Installation, bytes: number): Promise<void> {
    this.limit(at, `${Math.max(bytes, 1)}:unlimited`);
  }

  async belowReserve(at: Installation): Promise<VideoIdClient> {
    const reserve = Number.MAX_SAFE_INTEGER;
    await at.kill('worker');
    await at.startWorker('worker', { VIDEOID_ARCHIVE_RESERVE: String(reserve) });
    this.client = await VideoIdClient.connect({ ...at.config, archive: { ...at.config.archive, reserve } });
    return this.client;
  }

  async giveBack(at: Installation): Promise<void> {
    if (this.client === undefined) return this.limit(at, 'unlimited:unlimited');
    await this.client.close();
    this.client = undefined;
    await at.kill('worker');
    await at.startWorker();
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }

  private limit(at: Installation, limit: string): void {
    execFileSync('prlimit', ['--pid', String(at.pid('worker')), `--fsize=${limit}`]);
  }
}
