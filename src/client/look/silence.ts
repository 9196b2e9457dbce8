import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { CALL_WITHIN, temporalFailure } from '../../temporal/calls.js';
import { type Break, findBreak, hasTimedOut } from '../../temporal/history-reset.js';
import { isWorkerPolling } from '../../temporal/pollers.js';
import { type CommandPlace, DOCTOR, resetCommand, verbCommand } from '../commands.js';
import type { RequestAccess } from '../running/access.js';
import { type Found, triedOf } from './cause.js';
import { keyOfTask, notShared } from './keys-differ.js';
import { inOtherQueue } from './other-queue.js';
import type { PendingWork } from './pending-work.js';
import { isOverdue, type Moment } from './read-anew.js';

/** The parts of the client that are needed here. */
type Place = Pick<RequestAccess, 'archive' | 'client' | 'clock' | 'config'>;

/**
 * Why no worker goes on with a request: there is none, it is busy, or it cannot go on with this request. Undefined if nothing says so.
 * No worker is asked.
 *
 * @throws VideoIdError TEMPORAL_UNREACHABLE, ARCHIVE_UNAVAILABLE
 */
export async function silenceOf(
  place: Place,
  { description, pending }: Pick<Moment, 'description' | 'pending'>,
  names: CommandPlace,
): Promise<Found | undefined> {
  const { client, clock } = place;
  const { steps, task } = pending;
  const keyless = steps.find(({ failure }) => failure?.code === 'KEY_NOT_SHARED');
  if (keyless?.failure !== undefined) {
    return {
      ...notShared(keyless.failure.words, keyless.since ?? description.startTime.toISOString()),
      ...triedOf(keyless),
    };
  }
  if (!(await isWorkerPolling(client, description.taskQueue, clock))) {
    return (await inOtherQueue(place, description, names)) ?? noWorker(description, pending);
  }
  if (task === undefined || (task.tries < 2 && !isOverdue(task.since, clock.now()))) return undefined;
  const stop = await stopOf(client, description, pending);
  if (typeof stop !== 'object') return busy(description, pending, names, stop);
  if (!('key' in stop)) return notReplayable(stop, pending, names);
  return notShared(stop.key, task.since ?? description.startTime.toISOString());
}

const WORKER = { words: 'start a worker, if none runs', command: 'videoid worker' };

function sinceOf({ startTime }: WorkflowExecutionDescription, { steps: [step], task }: PendingWork): string {
  return task?.since ?? step?.since ?? startTime.toISOString();
}

function noWorker(description: WorkflowExecutionDescription, pending: PendingWork): Found {
  return {
    state: 'silent',
    code: 'WORKER_AWAY',
    words: 'No worker is running. The request waits safely, and nothing of it is lost.',
    since: sinceOf(description, pending),
    ...triedOf(pending.steps[0]),
    leavesByItself: false,
    endsBy: ['a worker that starts'],
    remedies: [WORKER, DOCTOR],
  };
}

function busy(
  description: WorkflowExecutionDescription,
  pending: PendingWork,
  names: CommandPlace,
  stop: Extract<Stop, string | undefined>,
): Found {
  const { steps, task } = pending;
  const since = sinceOf(description, pending);
  const tried = triedOf(steps[0]);
  const look = { words: 'look again', command: verbCommand('resolve', names) };
  if (stop === 'failed') {
    return {
      state: 'silent',
      code: 'STEP_FAILED',
      words: `No worker could go on with the request, in ${task?.tries ?? 1} tries: because of a defect, or because the worker is of another release. The worker's log says which.`,
      since,
      ...tried,
      leavesByItself: false,
      endsBy: ['a worker of the right release'],
      remedies: [DOCTOR, look],
    };
  }
  return {
    state: 'silent',
    code: 'WORKER_BUSY',
    words:
      'No worker has gone on with the request in time. It is busy or starting. Or it has stopped: Temporal still counts it for another minute.',
    since,
    ...tried,
    leavesByItself: true,
    endsBy: ['the worker has time again, or one is started'],
    remedies: [look, WORKER, DOCTOR],
  };
}

/**
 * Why a workflow task was not carried out, if it was tried. `key`: the worker lacks one, in words. `failed`: a defect, or a worker of
 * another release.
 */
type Stop = Break | { key: string } | 'failed' | 'timed-out' | undefined;

async function stopOf(client: Client, description: WorkflowExecutionDescription, { task }: PendingWork): Promise<Stop> {
  if (task === undefined || task.tries < 2) return undefined;
  try {
    return await client.withDeadline(Date.now() + CALL_WITHIN, async () => {
      const broken = await findBreak(client, description.workflowId, description.runId);
      if (broken !== undefined) return broken;
      const key = await keyOfTask(client, description);
      if (key !== undefined) return { key };
      return (await hasTimedOut(client, description)) ? 'timed-out' : 'failed';
    });
  } catch (error) {
    throw temporalFailure(error);
  }
}

function notReplayable({ taskCompletedAt, knownDefect }: Break, { task }: PendingWork, names: CommandPlace): Found {
  const origin = knownDefect
    ? 'the Temporal SDK wrote a history that it cannot replay, which is a known defect'
    : 'its history was written by a worker of another release';
  return {
    state: 'silent',
    code: 'NOT_REPLAYABLE',
    words: `No worker can go on with the request: ${origin}. Nothing is lost. It can go on from ${taskCompletedAt}.`,
    since: task?.since ?? taskCompletedAt,
    tried: { step: 'replay', times: task?.tries ?? 1 },
    leavesByItself: knownDefect,
    endsBy: [knownDefect ? 'a worker that resets it, within minutes' : 'a worker of the right release'],
    remedies: [
      {
        words: `go on from ${taskCompletedAt}: orders since then are repeated, and a code may be sent again`,
        command: resetCommand(names),
      },
      DOCTOR,
    ],
  };
}
