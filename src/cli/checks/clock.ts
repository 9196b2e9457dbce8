import type { Client } from '@temporalio/client';
import type { Config } from '../../config.js';
import { isWrongClock } from '../../messages/age.js';
import { TemporalClock } from '../../temporal/clock.js';
import { clockWords } from '../clock-words.js';
import type { Check } from './check.js';

/** Milliseconds. */
const ANSWER_WITHIN = 2000;

/** Compares the clock of this machine with Temporal's. */
export async function clockCheck(client: Client): Promise<Check> {
  const name = 'clock';
  const clock = new TemporalClock();
  try {
    await clock.measure(client);
  } catch {
    return { name, state: 'ok', words: 'not compared: Temporal does not tell its time here' };
  }
  return clockLine(name, clock.wrongBy ?? 0);
}

/** The clock of the worker that the settings of this machine name, if it answers: it may be on another machine. */
export async function workerClockChecks({ host, healthPort }: Config['worker']): Promise<Check[]> {
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN);
    const answer: unknown = await (await fetch(`http://${host}:${healthPort}/health`, { signal })).json();
    if (typeof answer !== 'object' || answer === null || !('clockAheadBy' in answer)) return [];
    return [clockLine('clock of the worker', Number(answer.clockAheadBy))];
  } catch {
    return []; // no worker runs on this machine
  }
}

/** @param ahead milliseconds */
function clockLine(name: string, ahead: number): Check {
  return isWrongClock(ahead)
    ? {
        name,
        state: 'warn',
        words: clockWords(ahead),
        remedy:
          'Let NTP set the clock of that machine, or of Temporal if that one is wrong. Certificates and logs go by it.',
      }
    : { name, state: 'ok', words: "as Temporal's" };
}
