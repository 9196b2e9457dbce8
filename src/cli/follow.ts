import { setTimeout as pause } from 'node:timers/promises';
import type { VideoIdClient } from '../client.js';
import { VideoIdError } from '../messages/failures.js';
import type { Outcome } from '../messages/outcome.js';
import type { RequestStatus } from '../messages/status.js';
import type { AttemptFlag } from './command.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { changeLine } from './request-words.js';
import type { Screen } from './screen.js';

/** Failures through which a watcher waits: somebody will start the worker or Temporal again. */
const PASSING = new Set(['WORKER_AWAY', 'WORKER_BUSY', 'TEMPORAL_UNREACHABLE']);
/** Milliseconds before a watcher looks again. */
const LOOK_AGAIN = 2_000;

/** Every status of an attempt until its end. An outage is reported once, then the watcher waits for its end. */
export async function* followed(
  client: VideoIdClient,
  screen: Screen,
  reference: string,
  which: AttemptFlag,
): AsyncGenerator<RequestStatus, void> {
  let trouble: string | undefined;
  for (;;) {
    try {
      for await (const status of client.watch(reference, which)) {
        trouble = undefined;
        yield status;
        if (status.stage === 'ended') return;
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

/** Shows every change of stage or attention until the end. Returns the outcome. */
export async function untilEnded(
  client: VideoIdClient,
  screen: Screen,
  reference: string,
  which: AttemptFlag,
): Promise<Outcome> {
  let shown = '';
  for await (const status of followed(client, screen, reference, which)) {
    const line = changeLine(status);
    if (line !== shown) screen.say(line);
    shown = line;
  }
  return await client.outcome(reference, { ...which, wait: true });
}

export function exitOf({ outcome }: Pick<Outcome, 'outcome'>): ExitCode {
  return outcome === 'signed' || outcome === 'enrolled' ? EXIT.done : EXIT.endedOtherwise;
}
