import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { z } from 'zod';
import type { Archive, ProviderData } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import { defined } from '../../messages/defined.js';
import { VideoIdError } from '../../messages/failures.js';
import type { Outcome } from '../../messages/outcome.js';
import type { RequestEvent, RequestStatus } from '../../messages/status.js';
import { STATUS_QUERY, type StatusQuestion } from '../../messages/steering.js';
import { findExecution } from './ending.js';
import { queueOf } from './task-queues.js';
import { isWorkerPolling } from '../../temporal/pollers.js';
import {
  aboutKeys,
  askedAgain,
  endedBy,
  isDeadlineExceeded,
  isNoPoller,
  isQueryFailed,
  isTaskUndone,
  temporalFailure,
} from '../../temporal/calls.js';

const fact = z.union([z.string(), z.number(), z.boolean()]);

/** The part of the evidence that a status shows. */
const evidence = z.object({
  events: z.array(
    z.object({
      at: z.string(),
      what: z.string(),
      actor: z
        .object({
          kind: z.enum(['signer', 'requester', 'officer', 'operator', 'provider', 'policy']),
          id: z.string().exactOptional(),
        })
        .exactOptional(),
      facts: z.record(z.string(), fact).exactOptional(),
    }),
  ),
});

/** The parts of the client that are needed to read a status. */
export interface StatusPlace {
  archive: Archive;
  client: Client;
  taskQueue: string;
}

/** Where an attempt stands. */
export interface Standing {
  status: RequestStatus;
  /** From Temporal, shortly before. Absent after the end. */
  description?: WorkflowExecutionDescription;
}

/**
 * Where an attempt stands: from the workflow while it runs, from the archive after its end.
 *
 * @param within milliseconds
 * @param signal ends the question when nobody waits for its answer any more. It then throws the signal's reason
 * @throws VideoIdError WORKER_AWAY, WORKER_BUSY (a worker is there and does not answer, or did not get its task
 *   done), TEMPORAL_UNREACHABLE, REQUEST_NOT_FOUND (recorded, and never started), REQUEST_ENDED (ended from outside,
 *   without an outcome), START_REFUSED, KEY_NOT_SHARED
 */
export async function statusOf(
  place: StatusPlace,
  record: RequestRecord,
  within: number,
  signal?: AbortSignal,
): Promise<Standing> {
  const { archive, client } = place;
  const recorded = await archive.readOutcome(record);
  if (recorded !== undefined) return { status: await endedStatus(archive, record, recorded) };
  const until = Date.now() + within;
  try {
    const ask = () => askedStatus(place, record);
    const again = () => askedAgain(ask, isQueryFailed, until, signal);
    return await client.withDeadline(until, () => endedBy(signal, client, again));
  } catch (error) {
    if (error instanceof VideoIdError) throw error;
    signal?.throwIfAborted();
    if (isNoPoller(error)) throw workerAway(place, await queueOf(client, record.workflowId));
    const key = error instanceof Error ? aboutKeys(error.message) : undefined;
    if (key !== undefined) throw key;
    const late = isQueryFailed(error) || isTaskUndone(error) || isDeadlineExceeded(error) || Date.now() >= until;
    if (late) throw await silent(place, record);
    throw temporalFailure(error);
  }
}

async function askedStatus(place: StatusPlace, record: RequestRecord): Promise<Standing> {
  const { archive, client } = place;
  const { outcome, description } = await findExecution(client, record.workflowId);
  if (outcome !== undefined) return { status: await endedStatus(archive, record, outcome) };
  const { taskQueue } = description;
  if (taskQueue !== place.taskQueue && !(await isWorkerPolling(client, taskQueue))) throw workerAway(place, taskQueue);
  const handle = client.workflow.getHandle(record.workflowId);
  // If a workflow task runs, the server answers the query after it, with a longer history.
  const underWay = Boolean(description.raw.pendingWorkflowTask);
  const seen: StatusQuestion = underWay ? [] : [description.historyLength];
  const status = await handle.query<RequestStatus, StatusQuestion>(STATUS_QUERY, ...seen);
  return status.stage === 'ended' ? { status } : { status, description };
}

/**
 * A status now and after every change, until the end.
 *
 * @param options.every milliseconds between two reads
 */
export async function* watchStatus(
  read: (signal: AbortSignal | undefined) => Promise<RequestStatus>,
  options: { every: number; signal: AbortSignal | undefined },
): AsyncGenerator<RequestStatus, void> {
  const stopped = (): boolean => options.signal?.aborted === true;
  let seen = '';
  while (!stopped()) {
    let status: RequestStatus;
    try {
      status = await read(options.signal);
    } catch (error) {
      if (stopped()) return;
      throw error;
    }
    const text = JSON.stringify(status);
    if (text !== seen) yield status;
    if (status.stage === 'ended') return;
    seen = text;
    try {
      await pause(options.every, undefined, defined({ signal: options.signal }));
    } catch (error) {
      if (!stopped()) throw error;
    }
  }
}

/** The status of an attempt that has ended, from its record. */
async function endedStatus(archive: Archive, record: RequestRecord, outcome: Outcome): Promise<RequestStatus> {
  const provider = await archive.readProvider(record);
  const events = await recordedEvents(archive, record, outcome.at);
  return {
    reference: record.reference,
    attempt: record.attempt,
    workflowId: record.workflowId,
    flow: record.flow,
    registrationAuthority: record.registrationAuthority,
    reviewMode: record.reviewMode,
    stage: 'ended',
    words: `ended: ${outcome.outcome}`,
    since: outcome.at,
    endsBy: [],
    verbs: [],
    provider: idsOf(provider),
    code: { notAccepted: events.filter(({ what }) => what === 'code-not-accepted').length },
    events,
    outcome: { kind: outcome.outcome, reason: outcome.reason },
  };
}

function idsOf(provider: ProviderData | undefined): RequestStatus['provider'] {
  if (provider === undefined) return {};
  const { requestPk, videoidPk } = provider;
  return videoidPk === undefined ? { requestPk } : { requestPk, videoidPk };
}

/** The events, from the evidence of the end. Without evidence only events outside the workflow are known. */
async function recordedEvents(archive: Archive, record: RequestRecord, endedAt: string): Promise<RequestEvent[]> {
  const beside = (await archive.events(record)).map(({ at, what, channel, facts }) => ({
    at,
    what,
    facts: { ...defined({ channel }), ...facts },
  }));
  const known = await evidenceEvents(archive, record, endedAt);
  return [...known, ...beside].toSorted((one, other) => (one.at < other.at ? -1 : 1));
}

/** If the evidence file was changed, only this fact is shown. */
async function evidenceEvents(archive: Archive, record: RequestRecord, endedAt: string): Promise<RequestEvent[]> {
  try {
    const { stream } = await archive.openFile(record, { kind: 'evidence' });
    return evidence.parse(await json(stream)).events;
  } catch (error) {
    if (error instanceof VideoIdError && error.code === 'DOCUMENT_NOT_FOUND') return [];
    if (error instanceof VideoIdError && error.code === 'ARCHIVED_FILE_CHANGED') {
      return [{ at: endedAt, what: 'evidence-changed', facts: { code: error.code } }];
    }
    throw error;
  }
}

async function silent(place: StatusPlace, { workflowId }: RequestRecord): Promise<VideoIdError> {
  try {
    const asked = await queueOf(place.client, workflowId);
    if (!(await isWorkerPolling(place.client, asked ?? place.taskQueue))) return workerAway(place, asked);
  } catch (error) {
    return temporalFailure(error);
  }
  return new VideoIdError('WORKER_BUSY', 'No worker answered in time where the request stands.', {
    remedy: 'Ask again in a moment: the worker may be starting or busy. If it cannot go on, `videoid why` says why.',
  });
}

/** @param asked the task queue of the request, if it is known */
function workerAway({ taskQueue }: StatusPlace, asked: string | undefined): VideoIdError {
  if (asked === undefined || asked === taskQueue) {
    return new VideoIdError('WORKER_AWAY', 'No worker is running, so nobody can say where the request stands.', {
      remedy: 'Start a worker. Until then the request waits safely.',
    });
  }
  return new VideoIdError(
    'WORKER_AWAY',
    `The request was started for the task queue ${asked}, which no worker serves.`,
    {
      field: 'temporal.taskQueue',
      remedy: '`videoid why` says which setting is wrong. The request waits safely.',
    },
  );
}
