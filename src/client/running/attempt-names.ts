import type { Archive } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import type { CommandPlace } from '../commands.js';
import type { Flow } from '../../messages/request.js';

/** What the commands for an attempt must name. */
export async function attemptNames(
  archive: Pick<Archive, 'latestAttempt'>,
  { flow, reference, attempt }: Pick<RequestRecord, 'flow' | 'reference' | 'attempt'>,
): Promise<CommandPlace> {
  const other: Flow = flow === 'signature' ? 'enrolment' : 'signature';
  return {
    reference,
    attempt,
    latest: (await archive.latestAttempt(flow, reference)) === attempt,
    flow: (await archive.latestAttempt(other, reference)) > 0 ? flow : undefined,
  };
}
