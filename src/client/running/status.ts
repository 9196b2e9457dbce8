import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { z } from 'zod';
import type { Archive, ProviderData } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import { defined } from '../../messages/defined.js';
import { VideoIdError } from '../../messages/failures.js';
import type { Outcome } from '../../messages/outcome.js';
import type { RequestEvent, RequestStatus } from '../../messages/status.js';
import { STATUS_QUERY, type StatusQuestion } from '../../messages/steering.js';
import { findExecution } from './ending.js';
import { isWorkerPolling } from '../../temporal/pollers.js';
import {
  askedAgain,
  isAskedAhead,
  isDeadlineExceeded,
  isNoPoller,
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

/** What reading a status needs of the client. */
export interface StatusPlace {
  archive: Archive;
  client: Client;
  taskQueue: string;
}

/**
 * Where an attempt stands: asked of the workflow while it runs, read from the archive once it ended.
 *
 * @param within milliseconds
 * @throws VideoIdError WORKER_AWAY, STILL_RUNNING (a worker is there and does not answer, or did not get its task
 *   done), TEMPORAL_UNREACHABLE, REQUEST_NOT_FOUND (recorded, and never started), REQUEST_ENDED (ended from outside,
 *   without an outcome)
 */
export async function statusOf(place: StatusPlace, record: RequestRecord, within: number): Promise<RequestStatus> {
  const { archive, client } = place;
  const recorded = await archive.readOutcome(record);
  if (recorded !== undefined) return await endedStatus(archive, record, recorded);
  const until = Date.now() + within;
  try {
    // A question may come ahead of what has happened while it waited for a worker.
    const ask = () => askedStatus(place, record);
    return await client.withDeadline(until, () => askedAgain(ask, isAskedAhead, until));
  } catch (error) {
    if (isNoPoller(error)) throw workerAway();
    if (isTaskUndone(error) || isDeadlineExceeded(error) || Date.now() >= until) throw await silent(place);
    throw temporalFailure(error);
  }
}

async function askedStatus({ archive, client }: StatusPlace, record: RequestRecord): Promise<RequestStatus> {
  const { outcome, description } = await findExecution(client, record.workflowId);
  if (outcome !== undefined) return await endedStatus(archive, record, outcome);
  const handle = client.workflow.getHandle(record.workflowId);
  // With a task under way the server keeps the question for its end, whatever the history is then.
  const underWay = Boolean(description.raw.pendingWorkflowTask);
  const seen: StatusQuestion = underWay ? [] : [description.historyLength];
  return await handle.query<RequestStatus, StatusQuestion>(STATUS_QUERY, ...seen);
}

/**
 * A status now and after every change, until the end.
 *
 * @param options.every milliseconds between two reads
 */
export async function* watchStatus(
  read: () => Promise<RequestStatus>,
  options: { every: number; signal: AbortSignal | undefined },
): AsyncGenerator<RequestStatus, void> {
  const stopped = (): boolean => options.signal?.aborted === true;
  let seen = '';
  while (!stopped()) {
    const status = await read();
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

/** What happened, from the evidence of the end; without evidence only what happened beside the workflow is known. */
async function recordedEvents(archive: Archive, record: RequestRecord, endedAt: string): Promise<RequestEvent[]> {
  const beside = (await archive.events(record)).map(({ at, what, channel, facts }) => ({
    at,
    what,
    facts: { ...defined({ channel }), ...facts },
  }));
  const known = await evidenceEvents(archive, record, endedAt);
  return [...known, ...beside].toSorted((one, other) => (one.at < other.at ? -1 : 1));
}

/** Of evidence that was changed nothing is shown but that. */
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

function workerAway(): VideoIdError {
  return new VideoIdError('WORKER_AWAY', 'No worker is running that could say where the request stands.', {
    remedy: 'Start a worker; the request itself waits safely.',
  });
}

async function silent({ client, taskQueue }: StatusPlace): Promise<VideoIdError> {
  try {
    if (!(await isWorkerPolling(client, taskQueue))) return workerAway();
  } catch (error) {
    return temporalFailure(error);
  }
  return new VideoIdError('STILL_RUNNING', 'No worker said in time where the request stands.', {
    remedy: 'Ask again in a moment; the worker may be starting or busy. `videoid why` tells where it cannot carry on.',
  });
}
