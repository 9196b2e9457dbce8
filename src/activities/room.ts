import type { Archive } from '../archive/archive.js';
import { VideoIdError } from '../messages/failures.js';
import { stepFailure } from './step-failures.js';

/** Nobody signs what could not be stored. @throws ARCHIVE_FULL, which is told to who asked, and is no attention */
export async function assertRoom(archive: Archive): Promise<void> {
  await archive.assertReserve().catch((error: unknown) => {
    if (error instanceof VideoIdError && error.code === 'ARCHIVE_FULL') {
      throw stepFailure(error.code, error.message, { facts: error.facts });
    }
    throw error;
  });
}
