import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { ArchivedEvent } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import { type CommandPlace, type RemedyCommand, resumeCommand } from '../commands.js';
import { assertHereNow, OUTCOME_FROM_TEMPORAL, type RequestAccess } from '../running/access.js';
import type { Found } from './cause.js';

/** What a resume does. It is offered wherever Temporal does not run a request that has not ended. */
function goOn(names: CommandPlace): RemedyCommand {
  return { words: 'continue it from the archive. What was done is not repeated', command: resumeCommand(names) };
}

/**
 * A recorded request that this Temporal does not have.
 *
 * @throws VideoIdError REQUEST_ELSEWHERE, TEMPORAL_UNREACHABLE
 */
export async function notInTemporal(
  place: Pick<RequestAccess, 'archive' | 'temporal'>,
  record: RequestRecord,
  names: CommandPlace,
): Promise<Found> {
  const lived = await assertHereNow(place, record);
  return {
    state: 'not-started',
    code: 'REQUEST_NOT_FOUND',
    words: lived
      ? 'Temporal does not have the request any more. It was deleted there, or Temporal was restored from an older copy.'
      : 'The request is recorded, but it was never started in Temporal.',
    since: record.createdAt,
    leavesByItself: false,
    endsBy: [],
    remedies: [goOn(names)],
  };
}

/** A request that somebody ended in Temporal. Nothing of ours ran: no deletion, no outcome. */
export function endedFromOutside(
  { status, closeTime, startTime }: WorkflowExecutionDescription,
  names: CommandPlace,
): Found {
  const how = status.name === 'TERMINATED' ? 'terminated' : 'ended';
  return {
    state: 'ended',
    code: 'REQUEST_ENDED',
    words: `Somebody ${how} the request in Temporal. It has no outcome, and may be open at the provider. To end it, continue it and cancel it then.`,
    since: (closeTime ?? startTime).toISOString(),
    leavesByItself: false,
    endsBy: [],
    remedies: [goOn(names)],
  };
}

/** For an end that the archive lost with an older copy. */
export function lostEndWords(events: readonly Pick<ArchivedEvent, 'what'>[], isRecorded: boolean): string | undefined {
  if (isRecorded && !events.some(({ what }) => what === OUTCOME_FROM_TEMPORAL)) return undefined;
  return 'Only Temporal knew this end: the archive was restored from an older copy. Records that were stored since may be missing in it.';
}
