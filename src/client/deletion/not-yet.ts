import type { RequestRecord } from '../../archive/request-record.js';
import { VideoIdError } from '../../messages/failures.js';

const WAYS_OUT = {
  runs: 'Wait for its end, or cancel it first.',
  'still-runs':
    'Its end is recorded, and it closes in a moment. If it does not, Temporal was restored from an older copy: `videoid resume` ends it.',
  'outcome-in-temporal': 'Only Temporal knows how it ended: `videoid resume` records that. Then delete it.',
} as const;

/** The failure for an attempt that has not ended. */
export function notEnded({ attempt }: RequestRecord, why: keyof typeof WAYS_OUT): VideoIdError {
  return new VideoIdError(
    'REQUEST_NOT_ENDED',
    `Attempt ${attempt} of the request has not ended, so it is not deleted.`,
    {
      field: 'reference',
      remedy: WAYS_OUT[why],
      facts: { attempt },
    },
  );
}

/** The failure while a workflow still deletes or cancels at the provider. It needs the records. */
export function cleanupGoesOn({ attempt, flow }: RequestRecord): VideoIdError {
  const what = flow === 'signature' ? 'Copies of it are still being deleted' : 'It is still being cancelled';
  return new VideoIdError('NOT_NOW', `${what} at the provider (attempt ${attempt}), so it is not deleted here.`, {
    field: 'giveUpCleanup',
    remedy:
      "`videoid why` says what is in the way. Wait, or do it in the provider's console. Or give it up (--give-up-cleanup): what is still at the provider then stays there.",
    facts: { attempt },
  });
}
