import { VideoIdError } from '../messages/failures.js';
import type { Disk } from './disk.js';
import { ARCHIVE_FILE, NOT_OURS_BUT_FINE, TOP_DIRECTORIES } from './layout.js';

/** The fact `reason` of the error for a directory without an archive. */
export const NO_ARCHIVE = 'no archive';

/** The archive has the requests, so these words never lead anybody to make another one in its place. */
const PUT_BACK = 'Mount the disk of the archive there, or set archive.directory to where the archive is now.';

/** The error for a directory without the archive: its disk is not mounted, it was moved, or the setting is wrong. */
export async function archiveMissing(disk: Disk): Promise<VideoIdError> {
  const present = await disk.list(disk.root);
  const names = (present ?? []).filter((name) => !NOT_OURS_BUT_FINE.has(name));
  if (names.some((name) => TOP_DIRECTORIES.includes(name))) return idMissing(disk);
  const found =
    present === undefined ? 'it does not exist' : names.length === 0 ? 'it is empty' : 'it has only other files';
  return new VideoIdError('ARCHIVE_UNAVAILABLE', `There is no archive in ${disk.root}: ${found}.`, {
    field: 'archive.directory',
    remedy: PUT_BACK,
    facts: { reason: NO_ARCHIVE },
  });
}

/** The error for a directory that has another archive than before. */
export function archiveReplaced(disk: Disk, id: string, was: string): VideoIdError {
  return new VideoIdError('ARCHIVE_UNAVAILABLE', `${disk.root} has another archive than before.`, {
    field: 'archive.directory',
    remedy: PUT_BACK,
    facts: { reason: 'another archive', here: id, wanted: was },
  });
}

function idMissing({ root }: Disk): VideoIdError {
  return new VideoIdError('ARCHIVE_UNAVAILABLE', `The archive in ${root} lacks its file ${ARCHIVE_FILE}.`, {
    field: 'archive.directory',
    remedy: `Restore ${ARCHIVE_FILE} from a backup of the archive.`,
    facts: { reason: NO_ARCHIVE },
  });
}
