import { createHash } from 'node:crypto';
import type { Archive, FileDigest, StorableFile } from '../archive/archive.js';
import { VideoIdError } from '../messages/failures.js';
import type { RequestKey } from '../messages/request.js';

/** What lies in the archive, hashed as it is read; undefined where nothing does. */
export async function storedDigest(
  archive: Archive,
  key: RequestKey,
  file: StorableFile,
): Promise<FileDigest | undefined> {
  try {
    const { stream, size } = await archive.openFile(key, file);
    const hash = createHash('sha256');
    for await (const piece of stream) hash.update(piece as Buffer);
    return { size, sha256: hash.digest('hex') };
  } catch (error) {
    if (error instanceof VideoIdError && error.code === 'DOCUMENT_NOT_FOUND') return undefined;
    throw error;
  }
}
