import { setTimeout as pause } from 'node:timers/promises';
import type { Changes, VideoIdClient } from '../client.js';
import { VideoIdError } from '../messages/failures.js';
import type { Outcome } from '../messages/outcome.js';
import type { PresentStatus, RequestStatus } from '../messages/status.js';
import type { AttemptFlag } from './command.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { awayWords, changeLine, stageLines } from './request-words.js';
import type { Screen } from './screen.js';

/** Failures through which a watcher waits: somebody will start the database or Temporal again. */
const PASSING = new Set(['ARCHIVE_UNAVAILABLE', 'TEMPORAL_UNREACHABLE']);
/** Milliseconds before a watcher looks again. */
const LOOK_AGAIN = 2_000;
/** Milliseconds without a change, after which Temporal is asked whether the request still runs, and whether a worker does. */
const SILENT_FOR = 10_000;

/** What a watcher needs. */
interface Watched {
  client: VideoIdClient;
  screen: Screen;
  reference: string;
  which: AttemptFlag;
}

/** Every status of an attempt until its end. An outage is reported once, then the watcher waits for its end. */
export async function* followed(
  client: VideoIdClient,
  screen: Screen,
  reference: string,
  which: AttemptFlag,
): AsyncGenerator<RequestStatus, void> {
  const watched = { client, screen, reference, which };
  const watch = (signal: AbortSignal) => client.watch(reference, { ...which, signal });
  yield* throughTrouble(watched, watch, (status) => status.stage === 'ended');
}

/** Shows every stage, and every other change, until the end. Returns the outcome. */
export async function untilEnded(
  client: VideoIdClient,
  screen: Screen,
  reference: string,
  which: AttemptFlag,
): Promise<Outcome> {
  const watched = { client, screen, reference, which };
  let shown = '';
  let after: number | undefined;
  const follow = (signal: AbortSignal) => client.changesTogether(reference, { ...which, after, signal });
  for await (const changes of throughTrouble(watched, follow, (each) => statusIn(each)?.stage === 'ended')) {
    for (const change of changes) if ('entry' in change) after = change.entry.number;
    const status = statusIn(changes);
    if (status !== undefined) after ??= status.event;
    for (const line of [...stageLines(changes), ...(status === undefined ? [] : [changeLine(status)])]) {
      if (line !== shown) screen.say(line);
      shown = line;
    }
  }
  return await client.outcome(reference, { ...which, wait: true });
}

export function exitOf({ outcome }: Pick<Outcome, 'outcome'>): ExitCode {
  return outcome === 'signed' || outcome === 'enrolled' ? EXIT.done : EXIT.endedOtherwise;
}

function statusIn(changes: Changes): PresentStatus | undefined {
  return changes.flatMap((change) => ('status' in change ? [change.status] : [])).at(-1);
}

/** What is followed, until its last. Trouble that passes is said once. */
async function* throughTrouble<Told>(
  watched: Watched,
  follow: (signal: AbortSignal) => AsyncGenerator<Told, void>,
  isLast: (told: Told) => boolean,
): AsyncGenerator<Told, void> {
  const { screen } = watched;
  let trouble: string | undefined;
  for (;;) {
    try {
      for await (const told of withLooks(watched, follow)) {
        trouble = undefined;
        yield told;
        if (isLast(told)) return;
      }
      return;
    } catch (error) {
      if (!(error instanceof VideoIdError) || !PASSING.has(error.code)) throw error;
      if (trouble !== error.code) screen.say(`${error.message} Still waiting. (${error.code})`);
      trouble = error.code;
      await pause(LOOK_AGAIN);
    }
  }
}

/**
 * Nobody tells a follower that the request was ended from outside, or that no worker runs. So while nothing changes, its status is asked
 * for, which throws the one and says the other.
 */
async function* withLooks<Told>(
  { client, screen, reference, which }: Watched,
  follow: (signal: AbortSignal) => AsyncGenerator<Told, void>,
): AsyncGenerator<Told, void> {
  let away = false;
  const stop = new AbortController();
  const source = follow(stop.signal);
  try {
    let next = source.next();
    for (;;) {
      const over = new AbortController();
      const silence = pause(SILENT_FOR, undefined, { signal: over.signal }).catch(() => undefined);
      const told = await Promise.race([next, silence]);
      over.abort();
      if (told === undefined) {
        const status = await client.status(reference, which);
        if (status.worker === 'away' && !away) screen.say(awayWords(status, await client.now()));
        away = status.worker === 'away';
        continue;
      }
      if (told.done === true) return;
      yield told.value;
      next = source.next();
    }
  } finally {
    stop.abort(); // ends also a wait
  }
}
