import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { Archive } from '../../archive/archive.js';
import type { Config } from '../../config/schema.js';
import { defined } from '../../messages/defined.js';
import { type ProcessRecord, processWords } from '../../messages/processes.js';
import { CALL_WITHIN, temporalFailure } from '../../temporal/calls.js';
import { sentence } from '../../security/key-failures.js';
import { type RecordedRequest, servedQueues } from '../running/access.js';
import { type CommandPlace, DOCTOR, resumeCommand } from '../commands.js';
import type { Found } from './cause.js';

/** The parts of the client that are needed here. */
interface Place {
  client: Client;
  archive: Pick<Archive, 'notices'>;
  config: Pick<Config, 'temporal'>;
}

/** Why no worker serves a task queue in which requests wait. */
export interface WrongQueue {
  /** Which process has which task queue. */
  words: string;
  /** Which settings to correct. */
  correct: string;
  /** What to put before a command, so that it uses a task queue that workers serve. Empty if the settings here do. */
  before: string;
}

/** So many requests are looked at, to find who started them. */
const LOOKED_AT = 3;

/**
 * Which settings are wrong, if requests wait in a task queue that no worker serves. Undefined if no worker runs at all: then nothing
 * is known to be wrong.
 *
 * @param workflowIds requests that wait there
 * @throws VideoIdError TEMPORAL_UNREACHABLE, ARCHIVE_UNAVAILABLE
 */
export async function wrongQueue(
  { client, archive, config }: Place,
  taskQueue: string,
  workflowIds: readonly string[],
): Promise<WrongQueue | undefined> {
  const { taskQueue: own } = config.temporal;
  const processes = (await archive.notices.processes()).filter(({ kind }) => kind !== 'codec-server');
  const workers = processes.filter(({ kind }) => kind === 'worker');
  const served = new Set(workers.map(({ temporal }) => temporal.taskQueue).filter((each) => each !== taskQueue));
  if (own !== taskQueue && !served.has(own) && (await servedQueues(client)(own))) served.add(own);
  const [right] = served.has(own) ? [own] : served;
  if (right === undefined) return undefined;
  const before = right === own ? '' : `VIDEOID_TEMPORAL_TASK_QUEUE=${right} `;
  const here = `The settings here name ${own}`;
  if (taskQueue === own) {
    const others = workers.filter(({ temporal }) => temporal.taskQueue !== own);
    return {
      words: `${here}, and ${others.map((each) => `${processWords(each)} serves ${each.temporal.taskQueue}`).join(', ')}.`,
      correct: 'Set the same temporal.taskQueue in both settings. Restart the process that was wrong.',
      before,
    };
  }
  const users = processes.filter(({ temporal }) => temporal.taskQueue === taskQueue);
  const words = [
    `The running workers serve ${[...served].join(', ')}.`,
    ...(users.length > 0 ? users.map(usesIt) : [`Started by ${await startersOf(client, workflowIds)}.`]),
    ...(right === own ? [] : [`${here}, which no worker serves either.`]),
  ];
  return {
    words: words.join(' '),
    correct: `Set temporal.taskQueue to ${right} there${right === own ? '' : ' and here'}, if it is not so by now, and restart what runs with it.`,
    before,
  };
}

/** Recorded requests that wait in one task queue that no worker serves. */
export interface OtherQueue {
  taskQueue: string;
  requests: RecordedRequest[];
  /** Absent if no worker runs at all. */
  wrong?: WrongQueue;
}

/**
 * The task queues in which recorded requests wait in vain.
 *
 * @throws VideoIdError TEMPORAL_UNREACHABLE, ARCHIVE_UNAVAILABLE
 */
export async function otherQueues(place: Place, recorded: readonly RecordedRequest[]): Promise<OtherQueue[]> {
  const waiting = Map.groupBy(recorded, ({ taskQueue }) => taskQueue);
  const queues: OtherQueue[] = [];
  for (const [taskQueue, requests] of waiting) {
    if (taskQueue === undefined) continue;
    const ids = requests.map(({ workflowId }) => workflowId);
    queues.push({ taskQueue, requests, ...defined({ wrong: await wrongQueue(place, taskQueue, ids) }) });
  }
  return queues;
}

/**
 * The cause, if a request waits in a task queue that no worker serves, and workers serve another one. Undefined if that is not so.
 *
 * @throws VideoIdError TEMPORAL_UNREACHABLE, ARCHIVE_UNAVAILABLE
 */
export async function inOtherQueue(
  place: Place,
  { workflowId, taskQueue, startTime }: Pick<WorkflowExecutionDescription, 'workflowId' | 'taskQueue' | 'startTime'>,
  names: CommandPlace,
): Promise<Found | undefined> {
  if (await servedQueues(place.client)(taskQueue)) return undefined;
  const wrong = await wrongQueue(place, taskQueue, [workflowId]);
  if (wrong === undefined) return undefined;
  const { words, correct, before } = wrong;
  return {
    state: 'silent',
    code: 'WORKER_AWAY',
    words: `The request was started for the task queue ${taskQueue}, which no worker serves. ${words} ${correct} Nothing is lost.`,
    since: startTime.toISOString(),
    leavesByItself: false,
    endsBy: [`a worker that serves ${taskQueue}`],
    remedies: [
      {
        words: 'continue it in the task queue that the workers serve. What was done is not repeated',
        command: `${before}${resumeCommand(names)}`,
      },
      DOCTOR,
    ],
  };
}

function usesIt(process: ProcessRecord): string {
  return `${sentence(processWords(process))} uses ${process.temporal.taskQueue}.`;
}

/** The processes that started them, as Temporal noted them: number and machine. */
async function startersOf(client: Client, workflowIds: readonly string[]): Promise<string> {
  try {
    const starters = await client.withDeadline(Date.now() + CALL_WITHIN, () =>
      Promise.all(workflowIds.slice(0, LOOKED_AT).map((workflowId) => starterOf(client, workflowId))),
    );
    return [...new Set(starters)].join(', ');
  } catch (error) {
    throw temporalFailure(error);
  }
}

async function starterOf(client: Client, workflowId: string): Promise<string> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId },
    maximumPageSize: 1,
  });
  const identity = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.identity ?? '';
  const [, number, host] = /^(\d+)@(.+)$/.exec(identity) ?? [];
  return host === undefined ? 'a process that Temporal does not name' : `process ${number} on ${host}`;
}
