import { isWrongClock } from '../messages/age.js';
import { span } from '../messages/span.js';
import type { Screen } from './screen.js';

/** `5 h ahead of Temporal's`. @param ahead milliseconds, negative if behind */
export function clockWords(ahead: number): string {
  return `${span(Math.abs(ahead))} ${ahead < 0 ? 'behind' : 'ahead of'} Temporal's`;
}

/** Says beside times that the clock of this machine would mislead the reader. @param now Temporal's time, milliseconds since 1970 */
export function sayWrongClock(screen: Screen, now: number): void {
  const ahead = Date.now() - now;
  if (isWrongClock(ahead))
    screen.say(`The clock of this machine is ${clockWords(ahead)}. All times here are by Temporal's.`);
}
