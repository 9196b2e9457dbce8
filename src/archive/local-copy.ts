import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VideoIdError } from '../messages/failures.js';
import type { Archive, ArchiveFile, AttemptKey, FileDigest } from './archive.js';
import { errorCode } from './disk.js';

/**
 * Makes a local copy of a file, for a verification that reads it at any position. The copy is private to this process and is
 * hashed while it is made. So nobody can replace the file between its check and its reading.
 *
 * @param stored size and hash that the file must have
 * @throws what `openFile` throws; ARCHIVE_UNAVAILABLE if the temporary directory cannot be written
 */
export async function withLocalCopy<T>(
  archive: Archive,
  key: AttemptKey,
  file: ArchiveFile,
  stored: FileDigest,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const folder = await local(() => mkdtemp(join(tmpdir(), 'videoid-')));
  try {
    const path = join(folder, 'file');
    const { stream } = await archive.openFile(key, file, stored);
    try {
      const copy = await local(() => open(path, 'wx', 0o600));
      try {
        for await (const piece of stream) await local(() => copy.appendFile(piece as Uint8Array));
      } finally {
        await copy.close();
      }
    } finally {
      stream.destroy();
    }
    return await use(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function local<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    const reason = errorCode(error);
    if (reason === undefined) throw error;
    throw new VideoIdError('ARCHIVE_UNAVAILABLE', 'The temporary directory of this process cannot be written.', {
      remedy: 'Free space there, or name another directory in TMPDIR. Files are copied there for verification.',
      facts: { reason },
    });
  }
}
