import type { Client } from '@temporalio/client';
import type { Archive } from '../../archive/archive.js';
import type { Config } from '../../config/schema.js';
import { VideoIdError } from '../../messages/failures.js';
import { assertNoted, readArchiveNote } from '../../temporal/archive-note.js';
import { CALL_WITHIN } from '../../temporal/calls.js';

/**
 * Checks that this process has the archive of the installation, as far as Temporal says. A request that is recorded in another one would
 * be taken by no worker.
 *
 * @param within milliseconds
 * @throws VideoIdError ARCHIVE_NOT_SHARED
 */
export async function assertOwnArchive(
  { archive, client, config }: { archive: Pick<Archive, 'id' | 'place'>; client: Client; config: Config },
  within = CALL_WITHIN,
): Promise<void> {
  const note = await client
    .withDeadline(Date.now() + within, () => readArchiveNote(client, config.temporal))
    .catch((error: unknown) => {
      if (!(error instanceof VideoIdError)) throw error;
      return undefined; // Temporal cannot be asked, and the call itself says so
    });
  assertNoted(note, archive);
}
