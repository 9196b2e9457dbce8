import { z } from 'zod';
import { VideoIdError } from '../../messages/failures.js';

/**
 * The object that says to which archive the files belong. A lost mount leaves an empty directory, and a wrong prefix finds nothing.
 * Without the marker, every file would look missing there.
 */
export const MARKER = 'archive.json';

const markerSchema = z.looseObject({ archiveId: z.string().min(1) });

/** A store, and the archive to which its files belong. */
export interface Marked {
  archiveId: string;
  /** As in `FileStore`. */
  place: string;
  /** The setting that names the place. */
  field: string;
  /** What to do if the files are elsewhere. */
  putBack: string;
}

export function markerText(archiveId: string): string {
  return `${JSON.stringify({ archiveId })}\n`;
}

/**
 * Checks that the store has the files of this archive.
 *
 * @param text of the marker. Undefined if there is none
 * @throws ARCHIVE_UNAVAILABLE
 */
export function assertMarker(text: string | undefined, { archiveId, place, field, putBack }: Marked): void {
  const refuse = (words: string, remedy: string, facts: Record<string, string>): never => {
    throw new VideoIdError('ARCHIVE_UNAVAILABLE', words, { field, remedy, facts });
  };
  if (text === undefined) {
    refuse(
      `The files of the archive are not in ${place}: there is no ${MARKER}.`,
      `${putBack} If only ${MARKER} was lost, restore it from a backup.`,
      { reason: 'no archive' },
    );
  }
  const found = archiveIdIn(text ?? '');
  if (found === undefined) {
    refuse(`${MARKER} in ${place} is damaged.`, 'Restore it from a backup.', { reason: `unreadable ${MARKER}` });
  } else if (found !== archiveId) {
    refuse(`${place} has the files of another archive.`, putBack, {
      reason: 'another archive',
      here: found,
      wanted: archiveId,
    });
  }
}

function archiveIdIn(text: string): string | undefined {
  try {
    return markerSchema.safeParse(JSON.parse(text)).data?.archiveId;
  } catch {
    return undefined;
  }
}
