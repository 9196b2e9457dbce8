import type { Archive } from '../archive/archive.js';
import type { SignatureActivities } from '../messages/activities.js';
import { leftOf } from '../messages/age.js';
import { VideoIdError } from '../messages/failures.js';
import type { Dependencies } from './engine/dependencies.js';
import { stepFailure } from './engine/failures.js';

/**
 * Step 5, `POST otp/{request_pk}`. Refused while the archive has no space for the signed files. It reads the request
 * first, and waits while the provider is out of reach: without an answer, the OTP would be in doubt. "Less than a minute ago"
 * (§4.8) counts as sent only if our own mark of this round is from that minute.
 */
export function sendCode({ archive, optimizer }: Dependencies): SignatureActivities['sendCode'] {
  return async (key, { requestPk, coolDown, round }) => {
    await assertArchiveSpace(archive);
    const provider = optimizer(key.environment);
    const { status } = await provider.getRequest(requestPk);
    if (status !== 'ENROLLREADY') {
      throw stepFailure('REQUEST_STATUS_REFUSED', `The request is in status ${status}, so no code can be sent.`);
    }
    const mark = `code-${round}`;
    const first = await archive.mark(key, mark);
    const askedAt = (await archive.markedAt(key, mark)) ?? archive.time();
    const result = await provider.generateOtp(requestPk);
    if (result === 'sent') return { sentAt: first ? askedAt : archive.time() };
    if (!first && leftOf(coolDown, Date.parse(askedAt), archive.now()) > 0) return { sentAt: askedAt };
    await archive.unmark(key, mark);
    throw stepFailure(
      'CODE_COOL_DOWN',
      'The provider sent a code less than a minute ago. Ask for another in a minute.',
    );
  };
}

/** Nobody signs what cannot be stored. @throws ARCHIVE_FULL, which answers the caller and is no attention */
export async function assertArchiveSpace(archive: Archive): Promise<void> {
  await archive.assertReserve().catch((error: unknown) => {
    if (error instanceof VideoIdError && error.code === 'ARCHIVE_FULL') {
      throw stepFailure(error.code, error.message, { facts: error.facts });
    }
    throw error;
  });
}
