import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import proto from '@temporalio/proto';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';

const STICKY = proto.temporal.api.enums.v1.TaskQueueKind.TASK_QUEUE_KIND_STICKY;
const WORKFLOW = proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW;

/** Milliseconds. Temporal wants a limit. The poll is ended as soon as it is seen. */
const POLL_WITHIN = 3000;
const LOOK_EVERY = 20;
/** Half of this is the largest error of a measurement. Milliseconds. */
const EXACT_WITHIN = 2000;

/** The longest time that somebody waits for a measurement. Milliseconds. */
const REFRESH_WITHIN = 1000;

/** Milliseconds. Clocks drift by less than a millisecond a minute. But a machine may sleep, or somebody may set its clock. */
const MEASURE_EVERY = 60_000;

/**
 * Temporal's clock, as far as this process knows it. The times of one installation come from several machines, and ages are only right
 * by one clock. Between two measurements it runs by a clock that nobody sets. Before the first it is that of the machine.
 */
export class TemporalClock {
  /** Temporal's time minus that of the monotonic clock. */
  #ahead: number | undefined;
  #refreshed: { at: number; done: Promise<unknown> } = { at: -Infinity, done: Promise.resolve() };

  /** Milliseconds since 1970. */
  readonly now = (): number => (this.#ahead === undefined ? Date.now() : Math.round(performance.now() + this.#ahead));

  /** How far the machine's clock is ahead of Temporal's, in milliseconds. Negative if it is behind; undefined if not known. */
  get wrongBy(): number | undefined {
    return this.#ahead === undefined ? undefined : Date.now() - this.now();
  }

  /** Temporal has stamped something with this time, so it is at least so late. It helps where Temporal cannot be measured. */
  atLeast(time: number): void {
    if (time > this.now()) this.#ahead = time - performance.now();
  }

  /** Asks Temporal for its time. @throws what Temporal's client throws */
  async measure(client: Client): Promise<void> {
    const { time, at } = await timeAtServer(client);
    this.#ahead = time - at;
  }

  /** Measures if that is a minute ago. Resolves within a second in any case: without an answer, the clock stays as it is. */
  async refresh(client: Client): Promise<void> {
    if (performance.now() - this.#refreshed.at >= MEASURE_EVERY) {
      const measured = this.measure(client).catch(() => undefined);
      this.#refreshed = {
        at: performance.now(),
        done: Promise.race([measured, pause(REFRESH_WITHIN, undefined, { ref: false })]),
      };
    }
    await this.#refreshed.done;
  }
}

/**
 * Every step brings the time when Temporal first scheduled it. The time of a later try is none: it is a plan, and a server that restarts
 * sends the try earlier.
 */
export function stampedTimes(clock: TemporalClock): ActivityInterceptorsFactory {
  return ({ info }) => {
    clock.atLeast(info.scheduledTimestampMs);
    return {};
  };
}

/**
 * Keeps a clock right: measures every minute, until the signal.
 *
 * @param place.measured called after each measurement
 */
export async function keepMeasuring(place: {
  clock: TemporalClock;
  client: Client;
  signal: AbortSignal;
  measured: () => void;
  failed: (error: unknown) => void;
}): Promise<void> {
  const { clock, client, signal, measured, failed } = place;
  while (!signal.aborted) {
    await clock.measure(client).then(measured, failed);
    await pause(MEASURE_EVERY, undefined, { signal }).catch(() => undefined);
  }
}

/**
 * Temporal tells its time in no answer. But it notes when a poll of a task queue came. So this polls a queue that has no tasks, looks, and
 * ends the poll. A sticky queue has one partition and is forgotten by itself.
 *
 * @returns `time` at the server, when the monotonic clock here showed `at`
 */
async function timeAtServer(client: Client): Promise<{ time: number; at: number }> {
  const { workflowService } = client;
  const { namespace } = client.options;
  const identity = `clock-${randomUUID()}`;
  const taskQueue = { name: `videoid-${identity}`, kind: STICKY, normalName: 'videoid-clock' };
  const over = new AbortController();
  const within = async <T>(call: () => Promise<T>): Promise<T> =>
    await client.withDeadline(Date.now() + POLL_WITHIN, call);
  const began = performance.now();
  let ended: { error: unknown } | undefined;
  void within(() =>
    client.withAbortSignal(over.signal, () =>
      workflowService.pollWorkflowTaskQueue({ namespace, taskQueue, identity }),
    ),
  ).then(
    () => (ended = { error: new Error('Temporal did not note the poll.') }),
    (error: unknown) => (ended = { error }),
  );
  try {
    for (;;) {
      const { pollers } = await within(() =>
        workflowService.describeTaskQueue({ namespace, taskQueue, taskQueueType: WORKFLOW }),
      );
      const seen = optionalTsToMs(pollers.find((each) => each.identity === identity)?.lastAccessTime);
      // The poll came between its sending and this look. If that took long, it says little.
      const looked = performance.now();
      if (looked - began > EXACT_WITHIN) throw new Error('Temporal answers too slowly to read its clock.');
      if (seen !== undefined) return { time: seen, at: (began + looked) / 2 };
      if (ended !== undefined) throw ended.error;
      await pause(LOOK_EVERY);
    }
  } finally {
    // Nobody waits for its end: a native connection cannot abort it, and the server ends it only after its limit.
    over.abort();
  }
}
