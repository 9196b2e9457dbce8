import { WorkflowNotFoundError } from '@temporalio/client';
import type { RequestRecord } from '../../archive/request-record.js';
import { defined } from '../../messages/defined.js';
import { VideoIdError } from '../../messages/failures.js';
import { CALL_WITHIN, temporalFailure } from '../../temporal/calls.js';
import { type Break, findBreak, resetHistory } from '../../temporal/history-reset.js';
import type { ReasonedOrder } from '../../messages/steering.js';
import { hasEnded, outcomeOf, type RequestAccess } from '../running/access.js';

/** The moment from which a request goes on. */
export interface Reset {
  reference: string;
  attempt: number;
  /** ISO 8601, UTC. The request repeats everything after this moment. */
  to: string;
}

/** @throws VideoIdError NOT_NOW if a worker can go on with it, or none has tried; REQUEST_ENDED, TEMPORAL_UNREACHABLE */
export async function resetRequest(
  access: RequestAccess,
  record: RequestRecord,
  { actor, reason }: ReasonedOrder,
): Promise<Reset> {
  const { archive, client } = access;
  const { reference, attempt, workflowId } = record;
  let broken: Break;
  const before = await archive.readStanding(record);
  try {
    broken = await client.withDeadline(Date.now() + CALL_WITHIN, async () => {
      const { status, runId } = await client.workflow.getHandle(workflowId).describe();
      if (status.name !== 'RUNNING') throw hasEnded(await outcomeOf(access, record, false));
      const found = await findBreak(client, workflowId, runId);
      if (found === undefined) throw nothingBroken();
      await resetHistory(client, workflowId, found, 'reset by an operator');
      return found;
    });
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw hasEnded(await outcomeOf(access, record, false));
    throw temporalFailure(error);
  }
  const to = broken.taskCompletedAt;
  const by = { by: actor.kind, ...defined({ id: actor.id }) };
  await archive.appendEvent(record, { at: archive.time(), what: 'reset', facts: { ...by, reason, to } });
  await archive.noteOver(record, broken.runId);
  await access.begunAnew(record, before);
  return { reference, attempt, to };
}

function nothingBroken(): VideoIdError {
  return new VideoIdError('NOT_NOW', 'A worker can go on with the request, or none has tried since it stopped.', {
    remedy: 'See `videoid why`. Only a request whose history no worker can replay can be reset.',
  });
}
