import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { FileDigest } from '../archive.js';
import { VideoIdError } from '../../messages/failures.js';
import type { Disk } from './disk.js';

/**
 * Writes a stream to a new file, hashes it and flushes it. If it fails, no file is left.
 *
 * @param bytesNeeded for the error if there is no space
 * @throws what the stream throws, unchanged; ARCHIVE_FULL, ARCHIVE_UNAVAILABLE
 */
export async function writeStream(
  disk: Disk,
  path: string,
  source: Readable,
  bytesNeeded?: number,
): Promise<FileDigest> {
  try {
    const handle = await disk.create(path);
    try {
      const digest = await digestOf(source, (bytes) => disk.run(() => writeAll(handle, bytes), bytesNeeded));
      await disk.run(() => handle.sync(), bytesNeeded);
      return digest;
    } finally {
      await disk.run(() => handle.close());
    }
  } catch (error) {
    source.destroy();
    await disk.remove(path);
    // The free space after the partial file was removed.
    if (error instanceof VideoIdError && error.code === 'ARCHIVE_FULL') throw await disk.full(bytesNeeded);
    throw error;
  }
}

/**
 * Makes a stream keep an early error until it is read. Without this, an error before the first read would end the process. Call
 * it before the first await.
 */
export function holdErrors(source: Readable): void {
  source.on('error', () => {});
}

/** Reads a file again and compares it with what was written. @throws ARCHIVE_UNAVAILABLE if they differ */
export async function assertStored(disk: Disk, path: string, written: FileDigest): Promise<void> {
  const found = await disk.run(() => digestOf(createReadStream(path)));
  if (!isSame(found, written)) throw disk.unavailable(READ_BACK.reason, READ_BACK.words);
}

/** The fact and the words if the bytes that were read back differ from those written. */
export const READ_BACK = {
  reason: 'read back differs',
  words: 'A file read back from the archive differs from what was written.',
};

/** Reads a stream to its end. @param take gets each piece, and the next one comes after it */
export async function digestOf(
  source: Readable,
  take: (bytes: Uint8Array) => Promise<void> = async () => {},
): Promise<FileDigest> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of source) {
    const bytes = bytesOf(chunk);
    hash.update(bytes);
    size += bytes.length;
    await take(bytes);
  }
  return { size, sha256: hash.digest('hex') };
}

export function isSame(one: FileDigest, other: FileDigest): boolean {
  return one.size === other.size && one.sha256 === other.sha256;
}

/** A write may take only some of the bytes. */
export async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, offset);
    offset += bytesWritten;
  }
}

export function bytesOf(chunk: unknown): Uint8Array {
  if (typeof chunk === 'string') return Buffer.from(chunk, 'utf8');
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError('A stream of bytes is needed.');
}
