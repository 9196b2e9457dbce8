import type { Client } from '@temporalio/client';
import { isWrongClock } from '../../messages/age.js';
import { TemporalClock } from '../../temporal/clock.js';
import { clockWords } from '../clock-words.js';
import type { Check } from './check.js';

/** Compares the clock of this machine with Temporal's. */
export async function clockCheck(client: Client): Promise<Check> {
  const name = 'clock';
  const clock = new TemporalClock();
  try {
    await clock.measure(client);
  } catch {
    return { name, state: 'ok', words: 'not compared: Temporal does not tell its time here' };
  }
  const ahead = clock.wrongBy ?? 0;
  return isWrongClock(ahead)
    ? { name, state: 'warn', words: clockWords(ahead), remedy: SET_CLOCK }
    : { name, state: 'ok', words: "as Temporal's" };
}

/** What to do about a wrong clock. */
export const SET_CLOCK =
  'Set the clock of that machine with NTP. If the clock of Temporal is wrong, set that one. Certificates and logs depend on it.';
