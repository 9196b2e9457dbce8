import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { FileDigest } from './archive.js';
import { VideoIdError } from '../messages/failures.js';
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
      const digest = await copy(disk, source, handle, bytesNeeded);
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
  const hash = createHash('sha256');
  let size = 0;
  await disk.run(async () => {
    for await (const chunk of createReadStream(path)) {
      const bytes = bytesOf(chunk);
      hash.update(bytes);
      size += bytes.length;
    }
  });
  if (size !== written.size || hash.digest('hex') !== written.sha256) {
    throw disk.unavailable('read back differs', 'A file read back from the archive differs from what was written.');
  }
}

async function copy(
  disk: Disk,
  source: Readable,
  handle: FileHandle,
  bytesNeeded: number | undefined,
): Promise<FileDigest> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of source) {
    const bytes = bytesOf(chunk);
    hash.update(bytes);
    size += bytes.length;
    await disk.run(() => writeAll(handle, bytes), bytesNeeded);
  }
  return { size, sha256: hash.digest('hex') };
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, offset);
    offset += bytesWritten;
  }
}

function bytesOf(chunk: unknown): Uint8Array {
  if (typeof chunk === 'string') return Buffer.from(chunk, 'utf8');
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError('A stream of bytes is needed.');
}
