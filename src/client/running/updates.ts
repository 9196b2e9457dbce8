import { createHash } from 'node:crypto';
import { type Client, type WorkflowHandle, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { VideoIdError } from '../../messages/failures.js';
import type { Addressed } from '../../messages/steering.js';
import type { Told } from '../../messages/journal.js';
import type { Answers, OrderName, Orders } from '../../messages/verbs.js';
import type { SignArgument } from '../../security/order-signatures.js';
import type { AttemptOption } from './attempts.js';
import { checkedUpdateId } from './order-key.js';
import { queueOf } from './task-queues.js';
import { isWorkerPolling } from '../../temporal/pollers.js';
import {
  askedAgain,
  CALL_WITHIN,
  isDeadlineExceeded,
  isTaskUndone,
  isUpdateUnanswered,
  temporalFailure,
  failureOfWorkflow,
} from '../../temporal/calls.js';

/** Options of every verb that gives an order. */
export interface CallOptions extends AttemptOption {
  /**
   * One id per human action. With the same id and input, the action is not repeated, and the caller gets the same answer. With other
   * input it is refused. Default: a new id. Temporal gets only a digest of it.
   */
  updateId?: string | undefined;
  /** Milliseconds to wait for the answer. Default: 10 000. The order may still be carried out afterwards. */
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

/** The request closed before it answered the Update. */
export class RequestClosed extends Error {
  override readonly name = 'RequestClosed';
}

/** The request answered with a failure, and said what it had told by then. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(
    readonly failure: VideoIdError,
    readonly told: Told,
  ) {
    super(failure.message);
  }
}

/**
 * Asks a running request for something and waits for its answer.
 *
 * @throws RequestClosed; Refused with the failure that the request gave; VideoIdError with its code. Or STILL_RUNNING, WORKER_AWAY or TEMPORAL_UNREACHABLE,
 *   with the `updateId` in the facts: the order may still be carried out. Or WORKER_BUSY: it was not delivered
 */
export async function update<Name extends OrderName>(
  client: Client,
  call: UpdateCall<Name>,
): Promise<Answers[Name] & { told?: Told }> {
  const given = checkedUpdateId(call.options.updateId);
  const updateId = digestOf(call.name, given);
  const handle = client.workflow.getHandle(call.workflowId);
  const until = Date.now() + (call.options.within ?? CALL_WITHIN);
  const ask = async () => {
    const args: [unknown] = [call.sign('order', await addressed(handle, call, updateId))];
    return await handle.startUpdate<Answers[Name] & { told?: Told }, [unknown]>(call.name, {
      args,
      updateId,
      waitForStage: 'ACCEPTED',
    });
  };
  try {
    // Only a live worker accepts the Update, so the limit includes the sending.
    return await client.withDeadline(until, async () => {
      const started = await askedAgain(ask, isTaskUndone, until);
      return await started.result();
    });
  } catch (error) {
    const failure = failureOfWorkflow(error);
    const told = toldWith(error);
    if (failure !== undefined) throw told === undefined ? failure : new Refused(failure, told);
    if (error instanceof WorkflowNotFoundError || isUpdateUnanswered(error)) {
      throw new RequestClosed('The request has closed.', { cause: error });
    }
    if (error instanceof WorkflowUpdateFailedError) throw notTaken(error, given);
    if (isTaskUndone(error)) throw notAsked(given);
    // At the limit other errors can come too.
    if (isDeadlineExceeded(error) || Date.now() >= until) throw await noAnswer(client, call, given);
    throw temporalFailure(error, { words: 'The order may still be carried out.', facts: { updateId: given } });
  }
}

function toldWith(error: unknown): Told | undefined {
  const failure = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  const more: unknown = failure instanceof ApplicationFailure ? failure.details?.[0] : undefined;
  return (more as { told?: Told } | undefined)?.told;
}

/** The order with its address: this run of the request, this Update, this id. */
async function addressed(
  handle: WorkflowHandle,
  { workflowId, name, argument }: UpdateCall<OrderName>,
  updateId: string,
): Promise<Addressed<object>> {
  const { runId, raw } = await handle.describe();
  const run = raw.workflowExecutionInfo?.firstRunId || runId;
  return { ...argument, for: { workflowId, run, update: name, updateId } };
}

/** The request refused without one of our codes: it does not know the Update, or its handler failed. */
function notTaken(error: WorkflowUpdateFailedError, updateId: string): VideoIdError {
  const unknown = error.cause?.message.startsWith('No registered handler') === true;
  return unknown
    ? new VideoIdError('NOT_NOW', 'The request does not accept this order in its present stage.', {
        remedy: 'See the status of the request: it lists what can be done now.',
        facts: { updateId },
      })
    : new VideoIdError('STEP_FAILED', 'The request could not carry out the order.', {
        remedy: 'This is a defect. See the status of the request, and the log of the worker.',
        facts: { updateId },
        cause: error,
      });
}

function notAsked(updateId: string): VideoIdError {
  return new VideoIdError('WORKER_BUSY', 'No worker can go on with the request now, so the order was not delivered.', {
    remedy: 'See `videoid why`. When the request goes on, repeat the call with the same updateId.',
    facts: { updateId },
  });
}

async function noAnswer(
  client: Client,
  { workflowId, taskQueue }: UpdateCall<OrderName>,
  updateId: string,
): Promise<VideoIdError> {
  const facts = { updateId };
  const remedy =
    'See the status of the request. Or repeat the call with the same updateId: it only waits for the answer.';
  let asked: string;
  let polling: boolean;
  try {
    asked = (await queueOf(client, workflowId)) ?? taskQueue;
    polling = await isWorkerPolling(client, asked);
  } catch (error) {
    // The same error again, with the id for the next call.
    const cause = error instanceof VideoIdError ? error.cause : error;
    return temporalFailure(cause, { words: 'The order may still be carried out.', facts });
  }
  if (polling) return new VideoIdError('STILL_RUNNING', 'The order is still being carried out.', { remedy, facts });
  const away =
    asked === taskQueue ? 'No worker is running.' : `No worker serves the task queue ${asked} of the request.`;
  return new VideoIdError('WORKER_AWAY', `${away} The order may still be carried out when one runs.`, {
    remedy: `${asked === taskQueue ? 'Start a worker.' : '`videoid why` says which setting is wrong.'} ${remedy}`,
    facts,
  });
}

/** The id for Temporal. A digest, because a caller's id may contain private data. */
function digestOf(name: string, given: string): string {
  return createHash('sha256').update(`videoid update\0${name}\0${given}`, 'utf8').digest('base64url');
}
