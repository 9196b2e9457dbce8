import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FileDigest } from '../archive.js';
import type { Opened } from './file-store.js';

/**
 * Reads a file with a recorded size and hash. It is hashed while it is read. The last piece is held back until the hash is known,
 * so nobody gets all of a file that was changed.
 *
 * @param opened as `FileStore.open` returns it
 * @param changed makes the error for a changed file; thrown here if it is not a file or has another size, else by the stream
 * @returns undefined if it is not there. The stream must be read or destroyed.
 */
export function checkedFile(opened: Opened, recorded: FileDigest, changed: () => Error): Readable | undefined {
  if (opened === undefined) return undefined;
  if (opened === 'notFile') throw changed();
  if (opened.size !== recorded.size) {
    opened.stream.destroy();
    throw changed();
  }
  const stream = Readable.from(pieces(opened.stream, recorded, changed), { objectMode: false });
  // Also if it is destroyed before it was read.
  stream.once('close', () => opened.stream.destroy());
  return stream;
}

async function* pieces(
  source: Readable,
  { size, sha256 }: FileDigest,
  changed: () => Error,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let held: Uint8Array | undefined;
  let bytes = 0;
  for await (const piece of source as AsyncIterable<Uint8Array>) {
    bytes += piece.length;
    if (bytes > size) throw changed();
    if (held !== undefined) yield held;
    held = piece;
    hash.update(piece);
  }
  if (bytes !== size || hash.digest('hex') !== sha256) throw changed();
  if (held !== undefined) yield held;
}
