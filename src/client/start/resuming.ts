import { WorkflowNotFoundError } from '@temporalio/client';
import { z } from 'zod';
import { createMark, UPLOAD } from '../../archive/marks.js';
import type { RequestRecord } from '../../archive/request-record.js';
import { isSamePlace } from '../../messages/temporal-place.js';
import { temporalFailure } from '../../temporal/calls.js';
import { GRPC, grpcStatusOf, noNamespace } from '../../temporal/failures.js';
import { checkedInput } from '../input/input.js';
import { OUTCOME_FROM_TEMPORAL, type RequestAccess } from '../running/access.js';
import { leaveOtherQueue } from './leaving-queue.js';
import { regainJournal } from './regaining.js';
import { resumeRequest, type Started } from './starting.js';

/** How a request is resumed. */
export interface ResumeOrder {
  /** The Temporal in which the request ran is lost for good, so it goes on in this one. */
  afterLoss?: boolean | undefined;
}

const schema: z.ZodType<ResumeOrder> = z.strictObject({ afterLoss: z.boolean().exactOptional() });

/** What may happen if a request goes on in another Temporal. */
export const AFTER_LOSS_RISKS: readonly string[] = [
  'If the old Temporal still runs, the request is there too. Its workers do nothing more for it, but it must be ended there.',
  'What only the old Temporal knew is lost: who decided, what the signer accepted, and orders under way. People are asked again.',
  'The signer may get another code. A signature that was under way may take effect.',
  'Nothing is billed again: the request goes on with what the archive and the provider know.',
];

/**
 * Brings Temporal in line with the archive. A request that Temporal does not have, or that somebody ended there without an outcome,
 * goes on from its record. So does one that waits in a task queue that no worker serves. If only Temporal knows its outcome, the
 * outcome is recorded. If it runs although it has ended, it ends as recorded.
 *
 * @throws VideoIdError BAD_INPUT, REQUEST_ELSEWHERE, TEMPORAL_UNREACHABLE, SETUP_FAILED, WORKER_AWAY
 */
export async function resumeRecorded(
  access: RequestAccess,
  record: RequestRecord,
  order: ResumeOrder,
): Promise<Started> {
  const { archive } = access;
  const { afterLoss = false } = checkedInput(schema, order);
  const { reference, attempt, workflowId } = record;
  const recorded = await archive.readOutcome(record);
  if (recorded !== undefined) {
    await endAsRecorded(access, workflowId);
    return { reference, attempt, workflowId, state: 'ended', outcome: recorded };
  }
  const moved = afterLoss && (await moveHere(access, record));
  // The archive may be an older copy. Then documents may have been uploaded since, or the request may have been created since.
  if ((await archive.readProvider(record)) !== undefined) await archive.mark(record, UPLOAD);
  else if (await wasCreated(access, workflowId)) await archive.mark(record, createMark(1));
  const taskQueue = await leaveOtherQueue(access, record);
  const before = await archive.readStanding(record);
  const started = await resumeRequest(access, record, true);
  if (started.state === 'started') {
    const facts = taskQueue === undefined ? {} : { facts: { from: taskQueue } };
    await archive.appendEvent(record, { at: archive.time(), what: 'resumed', ...facts });
    if (before !== undefined) await archive.noteOver(record, before.run);
    await access.begunAnew(record, before);
  }
  if (started.outcome !== undefined) {
    await regainJournal(access.client, archive, record);
    const facts = { outcome: started.outcome.outcome };
    await archive.appendEvent(record, { at: archive.time(), what: OUTCOME_FROM_TEMPORAL, facts });
    await archive.recordOutcome(record, started.outcome);
  }
  return moved ? { ...started, risks: [...AFTER_LOSS_RISKS] } : started;
}

/** A restored Temporal may run a request that has ended. A cancel lets it go on to its next step, which ends it. */
async function endAsRecorded({ client }: RequestAccess, workflowId: string): Promise<void> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    if ((await handle.describe()).status.name === 'RUNNING') await handle.cancel();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw temporalFailure(error);
  }
}

/** Whether the provider created the request, as far as Temporal knows. Then an operator must say which one it is. */
async function wasCreated({ client }: RequestAccess, workflowId: string): Promise<boolean> {
  try {
    const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
    const creates = new Set(
      events
        ?.filter((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'create')
        .map(({ eventId }) => String(eventId)),
    );
    const done = events?.map((event) => String(event.activityTaskCompletedEventAttributes?.scheduledEventId));
    return done?.some((id) => creates.has(id)) === true;
  } catch (error) {
    const missing = grpcStatusOf(error)?.code === GRPC.NOT_FOUND && noNamespace(error) === undefined;
    if (missing) return false; // the SDK gives the history of a request that is not there no error of its own
    throw temporalFailure(error);
  }
}

/** False if the request was never in another Temporal. */
async function moveHere({ archive, temporal }: RequestAccess, record: RequestRecord): Promise<boolean> {
  const here = await temporal.now();
  const lives = await archive.readPlace(record);
  if (lives === undefined || isSamePlace(lives, here)) return false;
  await archive.appendEvent(record, {
    at: archive.time(),
    what: 'moved-after-loss',
    facts: { from: lives.namespace, fromId: lives.namespaceId, to: here.namespace, toId: here.namespaceId },
  });
  await archive.movePlace(record, here);
  return true;
}
