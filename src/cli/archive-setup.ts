import type { Client } from '@temporalio/client';
import type { Archive } from '../archive/archive.js';
import { NO_ARCHIVE, openArchive } from '../archive/open-archive.js';
import type { Config } from '../config.js';
import { VideoIdError } from '../messages/failures.js';
import { type ArchiveNote, assertNoted, readArchiveNote, writeArchiveNote } from '../temporal/archive-note.js';
import { temporalFailure } from '../temporal/calls.js';
import { listRequests } from '../temporal/listing.js';

/**
 * The archive of the installation. It is made only if the installation never had one, as far as Temporal knows: a disk that is not mounted
 * also looks like a missing archive. Then it notes in Temporal which one it is.
 *
 * @param anew the operator wants to go on with another archive
 * @throws VideoIdError ARCHIVE_UNAVAILABLE, ARCHIVE_NOT_SHARED, TEMPORAL_UNREACHABLE
 */
export async function preparedArchive(client: Client, config: Config, anew: boolean): Promise<Archive> {
  const { taskQueue } = config.temporal;
  try {
    const note = anew ? undefined : await readArchiveNote(client, config.temporal);
    const archive = await openArchive(config.archive, { migrate: true }).catch(async (error: unknown) => {
      if (!(error instanceof VideoIdError) || error.facts?.['reason'] !== NO_ARCHIVE) throw error;
      if (!anew) await assertFirst(error, { client, taskQueue, note });
      return await openArchive(config.archive, { create: true });
    });
    assertNoted(note, archive);
    await writeArchiveNote(client, config.temporal, archive);
    return archive;
  } catch (error) {
    throw temporalFailure(error);
  }
}

/** @throws the error, with why there must be an archive elsewhere */
async function assertFirst(
  missing: VideoIdError,
  { client, taskQueue, note }: { client: Client; taskQueue: string; note: ArchiveNote | undefined },
): Promise<void> {
  const { code, field, remedy, facts } = missing;
  const because = (words: string) => new VideoIdError(code, `${missing.message} ${words}`, { field, remedy, facts });
  if (note !== undefined) throw because(`At the last set-up it was in ${note.place}.`);
  const [request] = await listRequests({ client, taskQueue }, { limit: 1 });
  if (request !== undefined) throw because('But Temporal has requests of this installation, so it has an archive.');
}
