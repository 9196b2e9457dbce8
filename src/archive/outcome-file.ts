import { isDeepStrictEqual } from 'node:util';
import { VideoIdError } from '../messages/failures.js';
import type { Outcome } from '../messages/outcome.js';
import type { Disk } from './disk.js';
import { checkedRecord, readRecord, recordText } from './record-file.js';
import { outcomeSchema } from './record-schemas.js';

/**
 * Records the end of an attempt once. See `Archive.recordOutcome`.
 *
 * @throws REQUEST_ENDED, BAD_INPUT, ARCHIVE_FULL, ARCHIVE_UNAVAILABLE
 */
export async function writeOutcome(disk: Disk, path: string, outcome: Outcome): Promise<void> {
  const wanted = checkedRecord(outcomeSchema, outcome);
  if (await disk.writeOnce(path, recordText(wanted))) return;
  const recorded = await readRecord(disk, path, outcomeSchema);
  if (recorded === undefined) throw disk.unavailable('outcome gone');
  if (!isDeepStrictEqual({ ...recorded, cleanup: wanted.cleanup }, wanted)) throw otherOutcome(recorded);
  if (recorded.cleanup === wanted.cleanup) return;
  if (recorded.cleanup === 'pending' && wanted.cleanup === 'done') {
    await disk.replace(path, recordText(wanted));
    return;
  }
  // A retry of the activity that recorded the end before the cleanup was done.
  if (recorded.cleanup === 'done' && wanted.cleanup === 'pending') return;
  throw otherOutcome(recorded);
}

function otherOutcome(recorded: Outcome): VideoIdError {
  return new VideoIdError('REQUEST_ENDED', `This attempt has already ended: ${recorded.outcome}.`, {
    remedy: 'Read the recorded outcome. It does not change.',
    facts: { outcome: recorded.outcome, reason: recorded.reason },
  });
}
