import { setTimeout as pause } from 'node:timers/promises';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { ArchivedEvent } from '../../archive/archive.js';
import { VideoIdError } from '../../messages/failures.js';
import { type Flow, workflowIdOf } from '../../messages/request.js';
import type { RequestRecord } from '../../archive/request-record.js';
import { type CommandPlace, type RemedyCommand, resumeCommand } from '../commands.js';
import { terminateCommand } from '../../messages/temporal-place.js';
import { assertHereNow, OUTCOME_FROM_TEMPORAL, type RequestAccess } from '../running/access.js';
import type { Found } from './cause.js';

/** Milliseconds. Temporal is only asked for a better answer. */
const ASKED_WITHIN = 2000;

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
  return 'Only Temporal knew this end: the archive was restored from an older copy. Files that were stored since may be missing in it.';
}

/**
 * The failure for a reference that the archive does not have. If Temporal runs it, an older copy of the archive was restored.
 *
 * @param error what the search in the archive threw
 */
export async function unlessInTemporal(
  { client, config }: Pick<RequestAccess, 'client' | 'config'>,
  { reference, flow, attempt = 1 }: { reference: string; flow?: Flow | undefined; attempt?: number | undefined },
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof VideoIdError) || error.code !== 'REQUEST_NOT_FOUND') return error;
  const { address, namespace } = config.temporal;
  const until = Date.now() + ASKED_WITHIN;
  for (const each of flow === undefined ? (['signature', 'enrolment'] as const) : [flow]) {
    const workflowId = workflowIdOf({ flow: each, reference, attempt });
    // If Temporal does not answer soon, the archive's answer stands.
    const found = await Promise.race([
      client.withDeadline(until, () => client.workflow.getHandle(workflowId).describe()).catch(() => undefined),
      pause(until - Date.now(), undefined, { ref: false }),
    ]);
    if (found === undefined) continue;
    if (found.status.name !== 'RUNNING') {
      return new VideoIdError(
        'REQUEST_NOT_FOUND',
        'The request ended in Temporal, and the archive does not have it. The archive was restored from an older copy.',
        {
          field: 'reference',
          remedy:
            'What was stored for it is lost, unless a newer copy of the archive has it. Temporal still knows how it ended.',
          facts: { workflowId, status: found.status.name },
        },
      );
    }
    return new VideoIdError(
      'REQUEST_NOT_FOUND',
      'Temporal runs this request, but the archive does not have it. The archive was restored from an older copy.',
      {
        field: 'reference',
        remedy: `It cannot go on. See in the provider's console what became of it, then end it: ${terminateCommand({ address, namespace, workflowId })}`,
        facts: { workflowId },
      },
    );
  }
  return error;
}
