import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { optionalTsToDate } from '@temporalio/common/lib/time.js';
import proto from '@temporalio/proto';
import { listExecutions } from './executions.js';
import { defined } from '../messages/defined.js';
import { GRPC, grpcStatusOf } from './failures.js';

const { WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR: NOT_REPLAYABLE } =
  proto.temporal.api.enums.v1.WorkflowTaskFailedCause;
const { RESET_REAPPLY_TYPE_ALL_ELIGIBLE: ALL_ELIGIBLE } = proto.temporal.api.enums.v1.ResetReapplyType;

/** The server (1.31, maybe not older ones) sets this list of words while a workflow's task fails repeatedly. */
export const REPORTED_PROBLEMS = 'TemporalReportedProblems';
/** The word for a history that does not replay. */
export const NOT_REPLAYED = 'cause=WorkflowTaskFailedCauseNonDeterministicError';

/** The word for a task that no worker finished in time. */
const TIMED_OUT = 'category=WorkflowTaskTimedOut';

/** Events read at once, from the newest backwards. */
const PAGE = 200;

type EventId = NonNullable<proto.temporal.api.history.v1.IHistoryEvent['eventId']>;

/** Where a running request's history stops to replay. */
export interface Break {
  runId: string;
  /** The completion event of the task that wrote what cannot be replayed. The reset repeats this task. */
  taskCompletedId: EventId;
  /** When that was, ISO 8601, UTC. */
  taskCompletedAt: string;
  /**
   * Caused by a known defect of the SDK (1.24), not by a worker of another release. A query came while no worker ran. It was
   * answered with events that no task had handled yet, and an Update was added to them afterwards.
   */
  knownDefect: boolean;
}

/**
 * Finds where a running workflow's history stops to replay, so that no worker can go on.
 *
 * @returns undefined if the last task did not fail for that reason
 * @throws what Temporal's client throws
 */
export async function findBreak(client: Client, workflowId: string, runId: string): Promise<Break | undefined> {
  let failedAt: number | undefined;
  let knownDefect = false;
  for await (const event of backwards(client, workflowId, runId)) {
    const id = Number(event.eventId);
    const failed = event.workflowTaskFailedEventAttributes;
    if (failedAt === undefined) {
      if (event.workflowTaskCompletedEventAttributes) return undefined;
      if (!failed) continue;
      if (failed.cause !== NOT_REPLAYABLE) return undefined;
      const words = failed.failure?.message ?? '';
      failedAt = Number(/HistoryEvent\(id: (\d+)/.exec(words)?.[1] ?? id);
      knownDefect = words.includes('Update machine does not handle this event');
    } else if (event.workflowTaskCompletedEventAttributes && event.eventId && id <= failedAt) {
      const taskCompletedAt = optionalTsToDate(event.eventTime)?.toISOString() ?? '';
      return { runId, taskCompletedId: event.eventId, taskCompletedAt, knownDefect };
    }
  }
  return undefined;
}

/**
 * With which failure the last worker gave up a workflow's task, still encoded. Undefined if the last task did not fail. Of several
 * failures in a row, the history keeps only the first.
 *
 * @throws what Temporal's client throws
 */
export async function taskFailure(client: Client, workflowId: string, runId: string): Promise<TaskFailure | undefined> {
  for await (const event of backwards(client, workflowId, runId)) {
    if (event.workflowTaskFailedEventAttributes) return event.workflowTaskFailedEventAttributes.failure ?? undefined;
    if (event.workflowTaskCompletedEventAttributes || event.workflowTaskTimedOutEventAttributes) return undefined;
  }
  return undefined;
}

type TaskFailure = proto.temporal.api.failure.v1.IFailure;

/**
 * Whether the last worker did not finish a workflow's task in time, because it was killed or had too much to do. False if the
 * task failed.
 *
 * @throws what Temporal's client throws
 */
export async function hasTimedOut(
  client: Client,
  { workflowId, runId, typedSearchAttributes }: TimedOut,
): Promise<boolean> {
  // Of several such ends in a row, the history keeps only the first. The mark names the last.
  const marks = typedSearchAttributes.get(
    defineSearchAttributeKey(REPORTED_PROBLEMS, SearchAttributeType.KEYWORD_LIST),
  );
  if (marks !== undefined) return marks.includes(TIMED_OUT);
  for await (const event of backwards(client, workflowId, runId)) {
    if (event.workflowTaskTimedOutEventAttributes) return true;
    if (event.workflowTaskFailedEventAttributes || event.workflowTaskCompletedEventAttributes) return false;
  }
  return false;
}

type TimedOut = Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'typedSearchAttributes'>;

async function* backwards(client: Client, workflowId: string, runId: string) {
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await client.workflowService.getWorkflowExecutionHistoryReverse({
      namespace: client.options.namespace,
      execution: { workflowId, runId },
      maximumPageSize: PAGE,
      ...defined({ nextPageToken }),
    });
    yield* page.history?.events ?? [];
    nextPageToken = page.nextPageToken ?? undefined;
  } while (nextPageToken !== undefined && nextPageToken.length > 0);
}

/**
 * Resets a workflow to before the task that cannot be replayed. It goes on from there with the same id, and later orders are applied
 * again. Every step reads before it writes, so nothing is done twice at the provider.
 *
 * @throws what Temporal's client throws
 */
export async function resetHistory(client: Client, workflowId: string, at: Break, reason: string): Promise<void> {
  await client.workflowService.resetWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId, runId: at.runId },
    workflowTaskFinishEventId: at.taskCompletedId,
    requestId: randomUUID(),
    resetReapplyType: ALL_ELIGIBLE,
    reason,
  });
}

/**
 * Regularly finds requests that the known defect of the SDK has stopped, and resets them. The server marks a workflow whose task
 * failed five times in a row, within a minute. A server that does not know the mark is not asked again.
 *
 * @param place.query the part of a visibility query that selects the workflows
 * @param place.onReset called after each
 */
export async function keepResetting(place: {
  client: Client;
  query: string;
  every: number;
  signal: AbortSignal;
  onReset: (info: WorkflowExecutionInfo, at: Break) => Promise<void>;
  failed: (error: unknown) => void;
}): Promise<void> {
  const { client, every, signal } = place;
  const query = `${place.query} AND ExecutionStatus = 'Running' AND ${REPORTED_PROBLEMS} = '${NOT_REPLAYED}'`;
  const look = async (info: WorkflowExecutionInfo): Promise<void> => {
    const { workflowId, runId } = info;
    const at = await findBreak(client, workflowId, runId);
    if (at?.knownDefect !== true) return;
    const current = await client.workflow.getHandle(workflowId).describe();
    if (current.runId !== runId) return; // another worker was faster
    await resetHistory(client, workflowId, at, 'reset by a worker: the SDK could not replay what it wrote');
    await place.onReset(info, at);
  };
  // Several workers do this for one queue, so they should not start at the same time.
  const spread = () => every * (0.5 + Math.random());
  while (await passed(spread(), signal)) {
    try {
      for await (const info of listExecutions(client, { query })) await look(info).catch(place.failed);
    } catch (error) {
      if (signal.aborted) return;
      place.failed(error);
      if (isUnknownMark(error)) return;
    }
  }
}

/** Whether a server refused a visibility query because it does not know the mark. */
export function isUnknownMark(error: unknown): boolean {
  const status = grpcStatusOf(error);
  return status?.code === GRPC.INVALID_ARGUMENT && status.details.includes(REPORTED_PROBLEMS);
}

/** False if the signal came first. */
async function passed(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  await pause(milliseconds, undefined, { signal }).catch(() => undefined);
  return !signal.aborted;
}
