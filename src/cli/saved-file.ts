import { createWriteStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { VideoIdError } from '../messages/failures.js';

/** Where `--save [file]` saves: the file, or a file with this name in the directory, or here. */
export async function pathOf(given: string | true, name: string): Promise<string> {
  if (given === true) return name;
  const isDirectory = /[/\\]$/.test(given) || (await stat(given).catch(() => undefined))?.isDirectory() === true;
  return isDirectory ? join(given, name) : given;
}

/** @throws VideoIdError BAD_INPUT if the file exists or cannot be written. The path comes from the caller */
export async function save(path: string, stream: Readable): Promise<void> {
  let made = false;
  try {
    await mkdir(dirname(path), { recursive: true }).catch((cause: unknown) => {
      throw notSaved(isOneOf(cause, 'EEXIST', 'ENOTDIR') ? 'A part of the path is a file.' : CANNOT, cause);
    });
    const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
    file.once('open', () => {
      made = true;
    });
    await pipeline(stream, file);
  } catch (cause) {
    stream.destroy();
    if (made) await rm(path, { force: true });
    if (cause instanceof VideoIdError) throw cause;
    throw notSaved(isOneOf(cause, 'EEXIST') ? 'The file exists already.' : CANNOT, cause);
  }
}

const CANNOT = 'The file cannot be written.';

function notSaved(message: string, cause: unknown): VideoIdError {
  const remedy = 'Name another directory or file.';
  return new VideoIdError('BAD_INPUT', message, { field: '--save', remedy, facts: { reason: codeOf(cause) }, cause });
}

function isOneOf(cause: unknown, ...codes: string[]): boolean {
  return codes.includes(codeOf(cause));
}

function codeOf(cause: unknown): string {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : 'unknown';
}
