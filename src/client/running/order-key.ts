import { createHash, randomUUID } from 'node:crypto';
import type { BoundOrder } from '../../archive/archive.js';
import { VideoIdError } from '../../messages/failures.js';

/** The key that a caller gave for one human action (`updateId`), or a new one. @throws VideoIdError BAD_INPUT */
export function checkedUpdateId(given: string | undefined): string {
  if (given === undefined) return randomUUID();
  if (/^[\x21-\x7e]{1,128}$/.test(given)) return given;
  throw new VideoIdError('BAD_INPUT', 'The updateId cannot be used.', {
    field: 'updateId',
    remedy: 'Use 1 to 128 printable characters without blanks, such as a UUID, made once per human action.',
  });
}

/** The name of the archive's record for a key. */
export function orderName(updateId: string): string {
  return createHash('sha256').update(`videoid order\0${updateId}`, 'utf8').digest('hex');
}

/** The failure for a key that was used for another order. */
export function keyReused({ verb, at }: Pick<BoundOrder, 'verb' | 'at'>): VideoIdError {
  return new VideoIdError(
    'IDEMPOTENCY_KEY_REUSED',
    'The Idempotency-Key (updateId) was used for another order before.',
    {
      field: 'Idempotency-Key',
      remedy:
        'Nothing was done. Use a new key for every human action. The same error comes if the settings no longer have the codec key of that order.',
      facts: { verb, at },
    },
  );
}
