import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { FileDigest } from './archive.js';
import { errorCode } from './disk.js';
import type { Disk } from './disk.js';

/** Bytes read at a time. Small, because each piece is garbage after it was sent. */
const PIECE = 16_384;

/** Does not follow links, and does not wait for the other end of a pipe. */
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** The error codes of opening if a link or a socket is in the file's place. */
const NO_FILE = new Set(['ELOOP', 'ENXIO', 'ENOTDIR']);

/**
 * Opens a file with a recorded size and hash. It is read from one handle and hashed. The last piece is held back until the hash
 * is known, so nobody gets all of a file that was changed.
 *
 * @param changed makes the error for a changed file; thrown here if it is not a file or has another size, else by the stream
 * @returns undefined if it is not there. The stream must be read or destroyed.
 */
export async function openChecked(
  disk: Disk,
  path: string,
  recorded: FileDigest,
  changed: () => Error,
): Promise<Readable | undefined> {
  const handle = await disk.run(() => opened(path, changed));
  if (handle === undefined) return undefined;
  try {
    const found = await disk.run(() => handle.stat());
    if (!found.isFile() || found.size !== recorded.size) throw changed();
  } catch (error) {
    await handle.close();
    throw error;
  }
  const stream = Readable.from(pieces(disk, handle, recorded, changed), { objectMode: false });
  stream.once('close', () => void handle.close());
  return stream;
}

async function opened(path: string, changed: () => Error): Promise<FileHandle | undefined> {
  try {
    return await open(path, READ);
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (code === 'ENOENT') return undefined;
    throw NO_FILE.has(code) ? changed() : error;
  }
}

async function* pieces(
  disk: Disk,
  handle: FileHandle,
  { size, sha256 }: FileDigest,
  changed: () => Error,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let held: Buffer | undefined;
  let at = 0;
  while (at < size) {
    const place = Buffer.allocUnsafe(Math.min(PIECE, size - at));
    const { bytesRead } = await disk.run(() => handle.read(place, 0, place.length, at));
    if (bytesRead === 0) throw changed(); // the file has become shorter
    if (held !== undefined) yield held;
    held = place.subarray(0, bytesRead);
    hash.update(held);
    at += bytesRead;
  }
  if (hash.digest('hex') !== sha256) throw changed();
  if (held !== undefined) yield held;
}
