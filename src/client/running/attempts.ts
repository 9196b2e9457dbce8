import type { Archive } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import { VideoIdError } from '../../messages/failures.js';
import type { Flow } from '../../messages/request.js';
import { checkedUpdateId, orderName } from './order-key.js';

/** The attempt that a caller means. A reference is unique per flow. */
export interface AttemptOption {
  /** Default: `signature`. */
  flow?: Flow | undefined;
  /** Default: the latest. */
  attempt?: number | undefined;
}

/** The record of an attempt; the latest one if no attempt is named. @throws VideoIdError REQUEST_NOT_FOUND, BAD_REFERENCE */
export async function attemptOf(
  archive: Archive,
  flow: Flow,
  reference: string,
  attempt: number | undefined,
): Promise<RequestRecord> {
  const wanted = attempt ?? (await archive.latestAttempt(flow, reference));
  if (wanted > 0) return await archive.readRequest({ flow, reference, attempt: wanted });
  throw new VideoIdError('REQUEST_NOT_FOUND', 'There is no request with this reference.', {
    field: 'reference',
    remedy: 'Check the reference. `videoid list` shows all requests.',
  });
}

/** Whether an error says that an attempt was deleted. */
export function isDeleted(error: unknown): boolean {
  return error instanceof VideoIdError && error.code === 'REQUEST_DELETED';
}

/**
 * After a deletion, nobody can tell a late repetition of an earlier start from a new one. So the reference takes no other attempt.
 *
 * @throws VideoIdError REQUEST_DELETED
 */
export async function assertNoneDeleted(
  archive: Archive,
  { flow, reference, attempt: latest }: Pick<RequestRecord, 'flow' | 'reference' | 'attempt'>,
): Promise<void> {
  for (let attempt = latest; attempt > 0; attempt -= 1) await archive.readOutcome({ flow, reference, attempt });
}

/**
 * The flow that has this reference. `signature` if none has it.
 *
 * @throws VideoIdError BAD_INPUT if both have it; BAD_REFERENCE
 */
export async function flowOf(archive: Archive, reference: string): Promise<Flow> {
  const signature = await archive.latestAttempt('signature', reference);
  const enrolment = await archive.latestAttempt('enrolment', reference);
  if (signature > 0 && enrolment > 0) {
    throw new VideoIdError('BAD_INPUT', 'A signature request and an enrolment have this reference.', {
      field: 'flow',
      remedy: 'Say which: signature or enrolment.',
    });
  }
  return enrolment > 0 ? 'enrolment' : 'signature';
}

/**
 * The attempt that a key was used for. If the answer was lost, a later attempt may have started since.
 *
 * @param latest what is returned for a key that was not used before
 */
export async function attemptOrdered(
  archive: Archive,
  latest: RequestRecord,
  updateId: string | undefined,
): Promise<RequestRecord> {
  if (updateId === undefined || latest.attempt === 1) return latest;
  const name = orderName(checkedUpdateId(updateId));
  const { flow, reference } = latest;
  for (let { attempt } = latest; attempt > 0; attempt -= 1) {
    const key = { flow, reference, attempt };
    const order = await archive.readOrder(key, name).catch((error: unknown) => {
      if (!isDeleted(error)) throw error;
      return undefined;
    });
    if (order !== undefined) return await archive.readRequest(key);
  }
  return latest;
}
