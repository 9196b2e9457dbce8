import { finished } from 'node:stream/promises';
import type { Archive, FileDigest, StorableFile } from '../archive/archive.js';
import { type FailureCode, VideoIdError } from '../messages/failures.js';
import type { RequestKey } from '../messages/request.js';

/** Nothing is there, or another file than was stored. */
const USELESS = new Set<FailureCode>(['DOCUMENT_NOT_FOUND', 'ARCHIVED_FILE_CHANGED']);

/** What lies in the archive, read to its end as it was stored; undefined where that does not lie there. */
export async function storedDigest(
  archive: Archive,
  key: RequestKey,
  file: StorableFile,
): Promise<FileDigest | undefined> {
  try {
    const { stream, size, sha256 } = await archive.openFile(key, file);
    await finished(stream.resume());
    return { size, sha256 };
  } catch (error) {
    if (error instanceof VideoIdError && USELESS.has(error.code)) return undefined;
    throw error;
  }
}
