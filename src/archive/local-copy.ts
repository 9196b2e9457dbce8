import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VideoIdError } from '../messages/failures.js';
import type { Archive, ArchiveFile, AttemptKey, FileDigest } from './archive.js';
import { errorCode } from './disk.js';

/**
 * Makes a copy of a file for what has to read it at any place, such as a verification. The copy is private to this process
 * and was hashed on the way: nobody puts another file in its place between the check and the reading.
 *
 * @param stored what the file must be
 * @throws what `openFile` throws; ARCHIVE_UNAVAILABLE when the temporary directory cannot be written
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
      remedy: 'Give it room, or name another one by TMPDIR; a file is copied there while it is verified.',
      facts: { reason },
    });
  }
}
