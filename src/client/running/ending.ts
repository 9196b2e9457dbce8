import {
  type Client,
  type WorkflowExecutionDescription,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { Archive } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import { VideoIdError } from '../../messages/failures.js';
import type { Outcome } from '../../messages/outcome.js';
import { attemptOfWorkflow } from '../../messages/request.js';
import { aboutKeys, CALL_WITHIN, endedBy, temporalFailure } from '../../temporal/calls.js';

/**
 * How an attempt ended: from the archive, which stores it longer than Temporal, or from the workflow.
 *
 * @param wait until it ends, however long that takes
 * @param signal ends the wait. The call then throws the signal's reason
 * @throws VideoIdError REQUEST_NOT_ENDED, REQUEST_NOT_FOUND (recorded, never started), REQUEST_ENDED (without an outcome),
 *   TEMPORAL_UNREACHABLE
 */
export async function outcomeOf(
  place: { archive: Archive; client: Client },
  record: RequestRecord,
  wait: boolean,
  signal?: AbortSignal,
): Promise<Outcome> {
  const { archive, client } = place;
  const recorded = await archive.readOutcome(record);
  if (recorded !== undefined) return recorded;
  try {
    const look = () => findExecution(client, record.workflowId);
    const { outcome: closed } = await client.withDeadline(Date.now() + CALL_WITHIN, () =>
      endedBy(signal, client, look),
    );
    if (closed !== undefined) return closed;
    if (!wait) throw notEnded(record);
    const outcome = await endedBy(signal, client, () => resultOf(client, record.workflowId));
    return (await archive.readOutcome(record)) ?? outcome;
  } catch (error) {
    signal?.throwIfAborted();
    throw temporalFailure(error);
  }
}

/** Waits until it has ended. After a reset, it waits for the new run. */
async function resultOf(client: Client, workflowId: string): Promise<Outcome> {
  for (;;) {
    try {
      return (await client.workflow.getHandle(workflowId).result()) as Outcome;
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      const { outcome } = await findExecution(client, workflowId); // says why it closed, if no new run goes on
      if (outcome !== undefined) return outcome;
    }
  }
}

/** Temporal's data about a workflow: its outcome if it has completed, otherwise its state. */
export interface Execution {
  description: WorkflowExecutionDescription;
  outcome?: Outcome;
}

/**
 * @throws VideoIdError REQUEST_ENDED when it closed without an outcome, because somebody terminated it; START_REFUSED;
 *   REQUEST_NOT_FOUND when Temporal does not know it. Errors of Temporal's client are passed on.
 */
export async function findExecution(client: Client, workflowId: string): Promise<Execution> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    const description = await handle.describe();
    const { name } = description.status;
    if (name === 'COMPLETED') return { description, outcome: (await handle.result()) as Outcome };
    const refused = name === 'FAILED' ? await refusalOf(client, workflowId) : undefined;
    if (refused !== undefined) throw startRefused(refused);
    if (name === 'RUNNING' || name === 'PAUSED' || name === 'CONTINUED_AS_NEW') return { description };
    throw new VideoIdError('REQUEST_ENDED', 'Somebody ended the request in Temporal, and it has no outcome.', {
      remedy: `${resumeOf(workflowId)} continues it from the archive. What was done is not repeated. To end it, cancel it then.`,
      facts: { workflow: name.toLowerCase() },
    });
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    const words =
      'Temporal does not have the request: its start was interrupted, somebody deleted it, or an older copy was restored.';
    throw new VideoIdError('REQUEST_NOT_FOUND', words, {
      field: 'reference',
      remedy: `${resumeOf(workflowId)} continues it from the archive, and so does the same start.`,
      facts: { recorded: true },
    });
  }
}

/** The command that continues the request of a workflow. */
function resumeOf(workflowId: string): string {
  const { reference = 'REFERENCE', flow } = attemptOfWorkflow(workflowId) ?? {};
  return `\`videoid resume ${reference}${flow === 'enrolment' ? ' --flow enrolment' : ''}\``;
}

/**
 * Why a worker refused the workflow's start, in its words. Then nothing has happened under its id: no step was ever ordered. Undefined
 * if it was not refused.
 */
export async function refusalOf(client: Client, workflowId: string): Promise<string | undefined> {
  const handle = client.workflow.getHandle(workflowId);
  if ((await handle.describe()).status.name !== 'FAILED') return undefined;
  const { events } = await handle.fetchHistory();
  const failure = events?.at(-1)?.workflowExecutionFailedEventAttributes?.failure;
  const acted = events?.some((event) => Boolean(event.activityTaskScheduledEventAttributes)) === true;
  if (acted || failure?.applicationFailureInfo?.type !== 'START_REFUSED') return undefined;
  try {
    const error = await decodeOptionalFailureToOptionalError(client.options.loadedDataConverter, failure);
    return error?.message ?? '';
  } catch (error) {
    if (error instanceof VideoIdError) return aboutKeys(failure.message)?.message ?? error.message;
    throw error;
  }
}

function startRefused(words: string): VideoIdError {
  return new VideoIdError('START_REFUSED', `A worker refused it, so nothing happened. ${words}`, {
    field: 'keys',
    remedy: 'Then repeat the same start: it continues this request.',
  });
}

/** The failure of a verb that came too late. */
export function hasEnded({ outcome, reason }: Pick<Outcome, 'outcome' | 'reason'>): VideoIdError {
  return new VideoIdError('REQUEST_ENDED', `The request has ended: ${outcome}.`, {
    remedy: 'See its outcome. After an end without success, a new attempt can be started.',
    facts: { outcome, reason },
  });
}

function notEnded({ attempt }: RequestRecord): VideoIdError {
  return new VideoIdError('REQUEST_NOT_ENDED', 'The request has not ended.', {
    remedy: 'See its status, or wait for the outcome.',
    facts: { attempt },
  });
}
