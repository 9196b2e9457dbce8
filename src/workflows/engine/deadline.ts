import { LONGEST_DEADLINE } from '../../messages/policy.js';

/** A deadline as plain values. Moments are milliseconds since 1970. The functions below take the clock as `now`. */
export interface Deadline {
  /** When it passes; absent while there is none. */
  at?: number;
  startedAt: number;
  /** Since when it stands still; absent while it runs. */
  heldAt?: number;
  expired: boolean;
  /** Milliseconds before it at which somebody is reminded. */
  remindBefore: readonly number[];
  /** The reminders that are still to come, the earliest first. */
  reminders: readonly number[];
}

/** Milliseconds. If a timer is handled this much later than it was due, no worker was there. */
const LATE = 10_000;
/** Milliseconds. A timer wakes at least this often. A later stage then needs no new timer. */
const LONGEST_SLEEP = 24 * 3_600_000;

export const NO_DEADLINE: Deadline = { startedAt: 0, expired: false, remindBefore: [], reminders: [] };

/** A new deadline, `milliseconds` from now. */
export function started(milliseconds: number, remindBefore: readonly number[], now: number): Deadline {
  return movedTo({ ...NO_DEADLINE, startedAt: now, remindBefore }, now + milliseconds, now);
}

/** Whether the deadline may be moved by so many milliseconds. The limit counts all extensions together. */
export function mayExtend({ at }: Deadline, by: number, now: number): boolean {
  return at !== undefined && at + by <= now + LONGEST_DEADLINE;
}

/** Moves the deadline by so many milliseconds. It may be moved more than once. */
export function extended(deadline: Deadline, by: number, now: number): Deadline {
  return deadline.at === undefined ? deadline : movedTo(deadline, deadline.at + by, now);
}

/**
 * Stands still: the time until `released` does not count. A deadline that had passed before does not come back.
 *
 * @param since when the trouble began, if before now
 */
export function held(deadline: Deadline, now: number, since = now): Deadline {
  const { at, expired, heldAt, startedAt } = deadline;
  const from = Math.min(now, Math.max(since, startedAt));
  if (heldAt !== undefined || (expired && at !== undefined && from >= at)) return deadline;
  return { ...deadline, heldAt: from, expired: false };
}

/** Lets the deadline run again. It moves by the time that it stood still. */
export function released(deadline: Deadline, now: number): Deadline {
  const { heldAt, ...running } = deadline;
  return heldAt === undefined ? deadline : extended(running, now - heldAt, now);
}

/** When the timer must wake: for the deadline, or for a reminder before it. Undefined if neither can come. */
export function wakesAt({ at, heldAt, expired, reminders: [reminder = 0] }: Deadline, now: number): number | undefined {
  if (at === undefined || heldAt !== undefined || expired) return undefined;
  return Math.min(at - reminder, now + LONGEST_SLEEP);
}

/** The result when the timer of a deadline wakes. */
export interface Woken {
  deadline: Deadline;
  /** How late a worker noticed it, in milliseconds. People get this time again, counted from now. */
  late?: number;
  /** Whether a reminder is due. Several at once count as one. */
  remind?: boolean;
}

/** @param due when the timer was to wake */
export function woken(deadline: Deadline, due: number, now: number): Woken {
  const { at, heldAt } = deadline;
  if (at === undefined || heldAt !== undefined) return { deadline };
  const late = now - due;
  // No worker was there, so people could do nothing. They get this time back.
  if (late >= LATE) return { deadline: movedTo(deadline, Math.max(at, now) + late, now), late };
  if (now >= at) return { deadline: { ...deadline, expired: true } };
  const reminders = deadline.reminders.filter((before) => at - before > now);
  return { deadline: { ...deadline, reminders }, remind: reminders.length < deadline.reminders.length };
}

/** Missed reminders are not sent late. */
function movedTo(deadline: Deadline, wanted: number, now: number): Deadline {
  // The limit keeps the time valid as a date.
  const at = Math.min(wanted, now + LONGEST_DEADLINE);
  const reminders = deadline.remindBefore.filter((before) => at - before > now).toSorted((a, b) => b - a);
  return { ...deadline, at, expired: false, reminders };
}
