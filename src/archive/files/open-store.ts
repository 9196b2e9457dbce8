import { filesFolder } from '../places.js';
import type { ArchiveSettings } from '../settings.js';
import { openDirectoryStore } from './directory-store.js';
import type { FileStore } from './file-store.js';

/**
 * Opens the store of the archive's files: S3 if it is set, else the folder `files` in that of the archive.
 *
 * @param options.archiveId the archive to which the files belong
 * @param options.create make the store if it is not there, and nothing else is in its place
 * @throws ARCHIVE_UNAVAILABLE if it is not there, is of another archive, or cannot be read or written; SECRET_NOT_FOUND
 */
export async function openFileStore(
  settings: ArchiveSettings,
  options: { archiveId: string; create: boolean },
): Promise<FileStore> {
  if (settings.files === undefined) return await openDirectoryStore(filesFolder(settings), options);
  // Its SDK costs every process 75 ms and 36 MB, so only those that need it load it.
  const { openS3Store } = await import('./s3-store.js');
  return await openS3Store(settings.files.s3, options);
}
