import { link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { z } from 'zod';
import { VideoIdError } from '../messages/failures.js';
import { type ProbeFile, probeFileSchema } from './file.js';
import { type PrivateState, privateSchema } from './private-file.js';

/** Where the files of one probe lie. */
export class ProbeStorage {
  /** The file that may be sent to others. */
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** A new name of today in a folder: `probe-2026-11-30.json`, then `probe-2026-11-30-2.json`. */
  static async fresh(folder: string, now: Date): Promise<ProbeStorage> {
    await mkdir(folder, { recursive: true });
    const day = now.toISOString().slice(0, 10);
    for (let number = 1; ; number += 1) {
      const path = join(folder, `probe-${day}${number === 1 ? '' : `-${number}`}.json`);
      const taken = await Promise.all([path, privatePath(path)].map(exists));
      if (!taken.includes(true)) return new ProbeStorage(path);
    }
  }

  /** The file that stays here. */
  get privatePath(): string {
    return privatePath(this.path);
  }

  get reportPath(): string {
    return this.path.replace(/\.json$/, '.md');
  }

  /** @throws VideoIdError if one of the files is missing, or is none of a probe */
  async load(): Promise<{ file: ProbeFile; secrets: PrivateState }> {
    const file = await parsed(this.path, probeFileSchema);
    return { file, secrets: await parsed(this.privatePath, privateSchema) };
  }

  async save(file: ProbeFile, secrets: PrivateState): Promise<void> {
    // Ids first: without them nobody can go on.
    await write(this.privatePath, `${JSON.stringify(secrets, null, 1)}\n`);
    await write(this.path, `${JSON.stringify(file, null, 1)}\n`);
  }

  async saveReport(markdown: string): Promise<void> {
    await write(this.reportPath, markdown);
  }

  /** Keeps other processes out. Returns the end of it. @throws VideoIdError NOT_NOW */
  async lock(): Promise<() => Promise<void>> {
    const path = this.lockPath;
    const draft = `${path}.${process.pid}`;
    try {
      // It is complete before anybody can see it.
      await write(draft, String(process.pid));
      for (let tries = 0; ; tries += 1) {
        try {
          await link(draft, path);
          return async () => rm(path, { force: true });
        } catch (error) {
          if (!isErrno(error, 'EEXIST')) throw unusable(path, error);
          const pid = Number(await readFile(path, 'utf8').catch(() => ''));
          if (tries > 2 || (pid > 0 && isAlive(pid))) {
            throw new VideoIdError('NOT_NOW', `Another process (${pid}) works with ${basename(this.path)}.`, {
              remedy: `Wait until it has ended. If there is none, remove ${path}.`,
            });
          }
          await rm(path, { force: true });
        }
      }
    } finally {
      await rm(draft, { force: true });
    }
  }

  get lockPath(): string {
    return `${this.privatePath}.lock`;
  }
}

/** Reads the file of a probe. @throws VideoIdError */
export async function readProbeFile(path: string): Promise<ProbeFile> {
  return parsed(path, probeFileSchema);
}

function privatePath(path: string): string {
  return path.replace(/(\.json)?$/, '.private.json');
}

async function parsed<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read';
    throw new VideoIdError(isErrno(cause, 'ENOENT') ? 'DOCUMENT_NOT_FOUND' : 'BAD_INPUT', `The file ${path} ${why}.`, {
      field: 'file',
      remedy: 'Name a file that `videoid probe` has written. Its .private.json must lie beside it to go on.',
      cause,
    });
  }
  const read = schema.safeParse(content);
  if (read.success) return read.data;
  const at = read.error.issues[0]?.path.join('.') ?? '';
  throw new VideoIdError(
    'BAD_INPUT',
    `The file ${path} is not one of \`videoid probe\`, or of another version (${at}).`,
    {
      field: 'file',
      remedy: 'Name a file that this version of `videoid probe` has written.',
    },
  );
}

/** Writes completely or not at all. Only the user of this process may read it. */
async function write(path: string, content: string): Promise<void> {
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}.new`);
  try {
    const handle = await open(draft, 'w', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw unusable(path, error);
  }
}

function unusable(path: string, cause: unknown): VideoIdError {
  return new VideoIdError('BAD_INPUT', `The file ${path} cannot be written (${codeIn(cause)}).`, {
    field: 'file',
    remedy: 'Give a folder in which this process may write: --folder.',
    cause,
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Whether a process runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isErrno(error, 'EPERM');
  }
}

function isErrno(error: unknown, code: string): boolean {
  return codeIn(error) === code;
}

function codeIn(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
}
