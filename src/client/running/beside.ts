import { setTimeout as pause } from 'node:timers/promises';
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { RequestRecord } from '../../archive/request-record.js';
import { defined } from '../../messages/defined.js';
import { type FailureCode, VideoIdError } from '../../messages/failures.js';
import type { Outcome } from '../../messages/outcome.js';
import type { TemporalClock } from '../../temporal/clock.js';
import { isWorkerPolling } from '../../temporal/pollers.js';
import { findExecution } from './ending.js';
import { assertHere, type Whereabouts } from './whereabouts.js';

/** What Temporal says about a request, beside the rows of the archive. All of it is absent if Temporal does not answer in time. */
export interface Beside {
  description?: WorkflowExecutionDescription;
  /** The archive may lack it, if an older copy was restored. */
  outcome?: Outcome;
  /** No worker polls the task queue of the request. */
  worker?: 'away';
}

/** The parts of the client that are needed to ask Temporal. */
export interface BesidePlace extends Whereabouts {
  client: Client;
  clock: TemporalClock;
  config: { temporal: { taskQueue: string } };
}

/** What only Temporal knows, and what whoever asks for a request must be told. */
const TOLD = new Set<FailureCode>(['REQUEST_NOT_FOUND', 'REQUEST_ENDED', 'START_REFUSED', 'REQUEST_ELSEWHERE']);

/**
 * Asks Temporal where a request is. No worker is asked. Without an answer in time, nothing is said: the rows then stand alone.
 *
 * @param until milliseconds since 1970
 * @throws VideoIdError REQUEST_NOT_FOUND (recorded, and not in Temporal), REQUEST_ENDED (ended from outside, without an outcome),
 *   START_REFUSED, REQUEST_ELSEWHERE; what the archive throws
 */
export async function besideRows(place: BesidePlace, record: RequestRecord, until: number): Promise<Beside> {
  const asked = asks(place, record, until).catch((error: unknown) => {
    if (error instanceof VideoIdError && (TOLD.has(error.code) || error.code.startsWith('ARCHIVE_'))) throw error;
    return {};
  });
  const late = pause(Math.max(until - Date.now(), 0), {}, { ref: false });
  return await Promise.race([asked, late]);
}

async function asks(place: BesidePlace, record: RequestRecord, until: number): Promise<Beside> {
  const { client, clock, config } = place;
  const own = config.temporal.taskQueue;
  const polls = async (taskQueue: string): Promise<boolean> =>
    await client.withDeadline(until, () => isWorkerPolling(client, taskQueue, clock));
  const [execution, served] = await Promise.all([
    client.withDeadline(until, () => findExecution(client, record.workflowId)),
    polls(own),
    assertHere(place, record),
  ]);
  const { description, outcome } = execution;
  const { taskQueue } = description;
  const away = outcome === undefined && !(taskQueue === own ? served : await polls(taskQueue));
  return { description, ...defined({ outcome }), ...(away ? { worker: 'away' as const } : {}) };
}
