import { createHash } from 'node:crypto';
import { type Client, type WorkflowHandle, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { VideoIdError } from '../../messages/failures.js';
import type { Addressed } from '../../messages/steering.js';
import type { Answers, OrderName, Orders } from '../../messages/verbs.js';
import type { SignArgument } from '../../security/order-signatures.js';
import type { AttemptOption } from './attempts.js';
import { checkedUpdateId } from './order-key.js';
import { isWorkerPolling } from '../../temporal/pollers.js';
import {
  askedAgain,
  CALL_WITHIN,
  isDeadlineExceeded,
  isTaskUndone,
  isUpdateOutlived,
  temporalFailure,
  toldByWorkflow,
} from '../../temporal/calls.js';

/** How a verb is called. */
export interface CallOptions extends AttemptOption {
  /**
   * Once per human action: the same id with the same input again gets the same answer instead of repeating the action; with other
   * input it is refused. Made when left out. Temporal sees a digest of it.
   */
  updateId?: string | undefined;
  /** Milliseconds to wait for the answer, 10 000 if left out. The order may be carried out afterwards. */
  within?: number | undefined;
}

/** One Update, and where it goes. */
export interface UpdateCall<Name extends OrderName> {
  workflowId: string;
  taskQueue: string;
  /** Name of the Update. */
  name: Name;
  argument: Orders[Name];
  sign: SignArgument;
  options: CallOptions;
}

/** The request had closed before, or while, the Update was answered. */
export class RequestClosed extends Error {
  override readonly name = 'RequestClosed';
}

/**
 * Asks a running request for something and waits for its answer.
 *
 * @throws RequestClosed; VideoIdError with the code that the request gave, STILL_RUNNING, WORKER_AWAY or
 *   TEMPORAL_UNREACHABLE, the last three with the `updateId` in their facts: what was asked may still take
 *   effect. If the order was not delivered, the message says so
 */
export async function update<Name extends OrderName>(client: Client, call: UpdateCall<Name>): Promise<Answers[Name]> {
  const given = checkedUpdateId(call.options.updateId);
  const updateId = digestOf(call.name, given);
  const handle = client.workflow.getHandle(call.workflowId);
  const until = Date.now() + (call.options.within ?? CALL_WITHIN);
  const ask = async () => {
    const args: [unknown] = [call.sign('order', await addressed(handle, call, updateId))];
    return await handle.startUpdate<Answers[Name], [unknown]>(call.name, { args, updateId, waitForStage: 'ACCEPTED' });
  };
  try {
    // The Update is accepted only by a live worker, so the limit covers the asking too.
    return await client.withDeadline(until, async () => {
      const started = await askedAgain(ask, isTaskUndone, until);
      return await started.result();
    });
  } catch (error) {
    const told = toldByWorkflow(error);
    if (told !== undefined) throw told;
    if (error instanceof WorkflowNotFoundError || isUpdateOutlived(error)) {
      throw new RequestClosed('The request has closed.', { cause: error });
    }
    if (error instanceof WorkflowUpdateFailedError) throw notTaken(error, given);
    if (isTaskUndone(error)) throw notAsked(given);
    // At the deadline itself other errors come too.
    if (isDeadlineExceeded(error) || Date.now() >= until) throw await noAnswer(client, call.taskQueue, given);
    throw temporalFailure(error, { words: 'The order may still be carried out.', facts: { updateId: given } });
  }
}

/** The order with whom it is for: this run's request, this Update, this once. */
async function addressed(
  handle: WorkflowHandle,
  { workflowId, name, argument }: UpdateCall<OrderName>,
  updateId: string,
): Promise<Addressed<object>> {
  const { runId, raw } = await handle.describe();
  const run = raw.workflowExecutionInfo?.firstRunId || runId;
  return { ...argument, for: { workflowId, run, update: name, updateId } };
}

/** The request was reached and said no, in words that are not ours: it does not know the Update, or failed over it. */
function notTaken(error: WorkflowUpdateFailedError, updateId: string): VideoIdError {
  const unknown = error.cause?.message.startsWith('No registered handler') === true;
  return unknown
    ? new VideoIdError('NOT_NOW', 'The request does not take this in its present stage.', {
        remedy: 'See the status of the request: it lists what can be done now.',
        facts: { updateId },
      })
    : new VideoIdError('STEP_FAILED', 'The request could not carry this out.', {
        remedy: 'See the status of the request, and the log of the worker; it is a defect.',
        facts: { updateId },
        cause: error,
      });
}

function notAsked(updateId: string): VideoIdError {
  return new VideoIdError(
    'STILL_RUNNING',
    'No worker carries on with the request now, so the order was not delivered.',
    {
      remedy: 'See `videoid why`; when it goes on, repeat the call with the same updateId.',
      facts: { updateId },
    },
  );
}

async function noAnswer(client: Client, taskQueue: string, updateId: string): Promise<VideoIdError> {
  const facts = { updateId };
  const remedy =
    'See the status of the request, or repeat the call with the same updateId: that waits on and changes nothing.';
  let polling: boolean;
  try {
    polling = await isWorkerPolling(client, taskQueue);
  } catch (error) {
    // Told anew, with the id to ask again with.
    const cause = error instanceof VideoIdError ? error.cause : error;
    return temporalFailure(cause, { words: 'The order may still be carried out.', facts });
  }
  return polling
    ? new VideoIdError('STILL_RUNNING', 'The order is still being carried out.', { remedy, facts })
    : new VideoIdError('WORKER_AWAY', 'No worker is running; the order may still be carried out when one does.', {
        remedy: `Start a worker. ${remedy}`,
        facts,
      });
}

/** What Temporal gets: a caller's id may say more than it should. */
function digestOf(name: string, given: string): string {
  return createHash('sha256').update(`videoid update\0${name}\0${given}`, 'utf8').digest('base64url');
}
