/**
 * Milliseconds that are left of a wait which began at `since`: from 0 to `span`, never more.
 *
 * A beginning that is further ahead than the whole wait was written by a wrong clock. It says nothing, so nothing is left.
 *
 * @param since milliseconds since 1970, like `now`. NaN if it is not known: nothing is left
 */
export function leftOf(span: number, since: number, now: number): number {
  const age = now - since;
  return Math.abs(age) < span ? Math.min(span, span - age) : 0;
}

/** How far a machine's clock may be from Temporal's before it is reported. Milliseconds. */
const CLOCK_TOLERANCE = 5000;

/** Whether a clock is so wrong that people should know. @param by milliseconds from Temporal's */
export function isWrongClock(by: number): boolean {
  return Math.abs(by) > CLOCK_TOLERANCE;
}
