import { setTimeout as pause } from 'node:timers/promises';
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { RequestRecord } from '../../archive/request-record.js';
import type { FailedTry } from '../../messages/journal.js';
import { PEOPLE_STAGES, type RequestStatus } from '../../messages/status.js';
import { HINT_SIGNAL } from '../../messages/steering.js';
import { type PendingStep, type PendingWork, pendingWork } from './pending-work.js';

/** Milliseconds to wait for a read. The provider may be slow or out of reach, and `why` must answer all the same. */
const READ_WITHIN = 2000;
const FIRST_PAUSE = 100;
const LOOK_EVERY = 500;

/** Temporal ends a workflow with a history of 51,200 events. Each read that is asked for adds a few. */
const MOST_EVENTS = 10_000;

/** What is known of a running request at one moment. */
export interface Moment {
  status: RequestStatus;
  /** The step that is carried out, if the archive knows that its last try failed. */
  failed?: FailedTry;
  description: WorkflowExecutionDescription;
  pending: PendingWork;
}

/** When the provider was last read, ISO 8601, by Temporal's clock. Undefined if never. */
export function lastRead({ status, pending }: Pick<Moment, 'status' | 'pending'>): string | undefined {
  const polled = watchOf(pending)?.readAt ?? '';
  const told = status.provider.readAt ?? '';
  return (polled > told ? polled : told) || undefined;
}

/** Whether a new read can come, and may say something newer than the last one. @param now by Temporal's clock */
export function mayReadAnew(moment: Moment, { policy }: RequestRecord, now: number): boolean {
  const { status, description } = moment;
  if (status.provider.requestPk === undefined || status.underWay !== undefined) return false;
  if (!PEOPLE_STAGES.has(status.stage) || description.historyLength >= MOST_EVENTS) return false;
  const age = now - Date.parse(lastRead(moment) ?? '');
  return !(age >= 0 && age < policy.watch.gap);
}

/**
 * Lets the request read the provider, as after a callback, and waits a moment for it. Nothing depends on the read.
 *
 * @returns whether a read or a failure came, and whether the request goes on with what was read, with the newest data of Temporal
 */
export async function readAnew(
  client: Client,
  before: Moment,
): Promise<Pick<Moment, 'description' | 'pending'> & { came: boolean; news: boolean }> {
  const { workflowId, runId } = before.description;
  const handle = client.workflow.getHandle(workflowId, runId);
  const seen = watchOf(before.pending);
  const until = Date.now() + READ_WITHIN;
  let { description, pending } = before;
  try {
    return await client.withDeadline(until, async () => {
      await handle.signal(HINT_SIGNAL);
      for (let gap = FIRST_PAUSE; Date.now() + gap < until; gap *= 1.5) {
        await pause(gap);
        description = await handle.describe();
        pending = await pendingWork(client, description);
        if (hasRead(pending, seen)) return { description, pending, came: true, news: isNews(pending) };
      }
      return { description, pending, came: false, news: false };
    });
  } catch {
    return { description, pending, came: false, news: true }; // it has just ended, or Temporal is slow
  }
}

/**
 * Waits until a worker has done the task that the read has made, or until it is clear that none takes it.
 *
 * @param now by Temporal's clock
 * @returns the newest data of Temporal
 */
export async function untilTaken(
  client: Client,
  before: Pick<Moment, 'description' | 'pending'>,
  now: () => number,
): Promise<Pick<Moment, 'description' | 'pending'>> {
  let { description, pending } = before;
  const { workflowId, runId } = description;
  while (pending.task !== undefined && !isOverdue(pending.task.since, now())) {
    await pause(LOOK_EVERY);
    description = await client.workflow.getHandle(workflowId, runId).describe();
    pending = await pendingWork(client, description);
  }
  return { description, pending };
}

/** Milliseconds. A worker that runs takes a task at once. */
const TAKEN_WITHIN = 5_000;

/** Whether a task waits for too long. @param since ISO 8601 @param now by Temporal's clock */
export function isOverdue(since: string | undefined, now: number): boolean {
  return since === undefined || now - Date.parse(since) > TAKEN_WITHIN;
}

/** Whether the read has ended: with nothing new, with a failure, or with news, after which another wait may have begun. */
function hasRead(pending: PendingWork, before: PendingStep | undefined): boolean {
  if (pending.task !== undefined) return false;
  const watch = watchOf(pending);
  if (watch === undefined) return true;
  const { since, tries, triedAt, nextTry, readAt, failure } = watch;
  if (triedAt === undefined || (since === before?.since && tries === before?.tries)) return false;
  if (readAt !== undefined || failure !== undefined) return true;
  // It has just been read, and is not read again so soon.
  return Date.parse(nextTry ?? '') - Date.parse(triedAt) > READ_WITHIN;
}

/** Whether the wait has ended, or another has begun since. */
function isNews(pending: PendingWork): boolean {
  const watch = watchOf(pending);
  return watch === undefined || (watch.readAt === undefined && watch.failure === undefined);
}

function watchOf({ steps }: PendingWork): PendingStep | undefined {
  return steps.find(({ step }) => step === 'watch');
}
