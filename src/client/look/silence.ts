import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { VideoIdError } from '../../messages/failures.js';
import { CALL_WITHIN, temporalFailure } from '../../temporal/calls.js';
import { type Break, findBreak, hasTimedOut } from '../../temporal/history-reset.js';
import { type CommandPlace, DOCTOR, resetCommand, verbCommand } from '../commands.js';
import { type Found, triedOf } from './cause.js';
import { keyOfTask, notShared } from './keys-differ.js';
import { type PendingWork, pendingWork } from './pending-work.js';

/**
 * Why no worker answers for a request: there is none, it is busy, or it cannot go on with this request.
 *
 * @param error the error of the status query
 * @throws VideoIdError TEMPORAL_UNREACHABLE
 */
export async function silenceOf(
  client: Client,
  error: VideoIdError,
  description: WorkflowExecutionDescription,
  names: CommandPlace,
): Promise<Found> {
  const pending = await pendingWork(client, description);
  const keyless = pending.steps.find(({ failure }) => failure?.code === 'KEY_NOT_SHARED');
  if (keyless?.failure !== undefined) {
    return {
      ...notShared(keyless.failure.words, keyless.since ?? description.startTime.toISOString()),
      ...triedOf(keyless),
    };
  }
  const stop = await stopOf(client, description, pending);
  if (typeof stop !== 'object') return silent(error, description, pending, names, stop);
  if (!('key' in stop)) return notReplayable(stop, pending, names);
  return notShared(stop.key, pending.task?.since ?? description.startTime.toISOString());
}

function silent(
  error: VideoIdError,
  { startTime }: WorkflowExecutionDescription,
  { steps, task }: PendingWork,
  names: CommandPlace,
  stop: Extract<Stop, string | undefined>,
): Found {
  const [step] = steps;
  const since = task?.since ?? step?.since ?? startTime.toISOString();
  const look = { words: 'look again', command: verbCommand('resolve', names) };
  const worker = { words: 'start a worker, if none runs', command: 'videoid worker' };

  if (error.code === 'WORKER_AWAY') {
    return {
      state: 'silent',
      code: 'WORKER_AWAY',
      words: 'No worker is running. The request waits safely, and nothing of it is lost.',
      since,
      ...triedOf(step),
      leavesByItself: false,
      endsBy: ['a worker that starts'],
      remedies: [worker, DOCTOR],
    };
  }
  if (task !== undefined && stop === 'failed') {
    return {
      state: 'silent',
      code: 'STEP_FAILED',
      words: `No worker could go on with the request, in ${task.tries} tries: because of a defect, or because the worker is of another release. The worker's log says which.`,
      since,
      ...triedOf(step),
      leavesByItself: false,
      endsBy: ['a worker of the right release'],
      remedies: [DOCTOR, look],
    };
  }
  return {
    state: 'silent',
    code: error.code,
    words: `${error.message} It is busy or starting. Or it has stopped: Temporal still counts it for another minute.`,
    since,
    ...triedOf(step),
    leavesByItself: true,
    endsBy: ['the worker has time again, or one is started'],
    remedies: [look, worker, DOCTOR],
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
