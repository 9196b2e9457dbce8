import { setTimeout as pause } from 'node:timers/promises';
import { type FailureCode, VideoIdError } from '../../src/messages/failures.js';

/** How long a test waits for one thing, in milliseconds. A busy machine needs less. The test's own time-out is longer. */
const PATIENCE = 120_000;

/** Milliseconds between two looks. Each look asks Temporal and the worker. A look that is slow is repeated less often. */
const FIRST_GAP = 150;
const LONGEST_GAP = 2500;

/**
 * Waits until `look` returns something.
 *
 * @param seen what there is instead, for the message of the error
 * @throws Error if it never does
 */
export async function eventually<T>(
  look: () => Promise<T | undefined | false>,
  seen: () => unknown = () => 'nothing',
): Promise<T> {
  const until = Date.now() + PATIENCE;
  for (let gap = FIRST_GAP; ; gap = Math.min(gap * 1.5, LONGEST_GAP)) {
    const began = performance.now();
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > until) throw await impatient(String(look), seen);
    await pause(Math.max(gap, Math.min(2 * (performance.now() - began), LONGEST_GAP)));
  }
}

/** The same for something that ends by itself. */
export async function inTime<T>(what: string, ending: Promise<T>, seen: () => unknown): Promise<T> {
  const over = new AbortController();
  const patience = pause(PATIENCE, undefined, { signal: over.signal }).then(
    async () => Promise.reject(await impatient(what, seen)),
    () => ending,
  );
  return Promise.race([ending, patience]).finally(() => over.abort());
}

async function impatient(what: string, seen: () => unknown): Promise<Error> {
  const there = await Promise.resolve()
    .then(seen)
    .catch((error: unknown) => String(error));
  return new Error(`Not within ${PATIENCE / 1000} s: ${what}\nThere is: ${JSON.stringify(there, undefined, 1)}`);
}

/**
 * The result of a call. Undefined if it is still to be carried out: the worker is away or busy, or another one took it that has not
 * the request's archive.
 */
export async function unlessAway<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    const away: FailureCode[] = ['STILL_RUNNING', 'WORKER_AWAY', 'WORKER_BUSY', 'ARCHIVE_NOT_SHARED'];
    if (error instanceof VideoIdError && away.includes(error.code)) return undefined;
    throw error;
  }
}
