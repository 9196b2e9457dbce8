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
  /** Those of them still to come, the earliest first. */
  reminders: readonly number[];
}

/** Milliseconds. If a timer is handled this much later than it was due, no worker was there. */
const LATE = 10_000;
/** Milliseconds. A timer wakes at least this often. So it serves the deadlines of later stages too, without timers of their own. */
const LONGEST_SLEEP = 24 * 3_600_000;

export const NO_DEADLINE: Deadline = { startedAt: 0, expired: false, remindBefore: [], reminders: [] };

/** A new deadline, `milliseconds` from now. */
export function started(milliseconds: number, remindBefore: readonly number[], now: number): Deadline {
  return movedTo({ ...NO_DEADLINE, startedAt: now, remindBefore }, now + milliseconds, now);
}

/** Whether it may be moved by so many milliseconds. All extensions together are limited too. */
export function mayExtend({ at }: Deadline, by: number, now: number): boolean {
  return at !== undefined && at + by <= now + LONGEST_DEADLINE;
}

/** Later by so many milliseconds; it may have been moved before. */
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

/** Runs on, later by the time that it stood still. */
export function released(deadline: Deadline, now: number): Deadline {
  const { heldAt, ...running } = deadline;
  return heldAt === undefined ? deadline : extended(running, now - heldAt, now);
}

/** When a timer has to wake for it: the deadline, or a reminder before. Undefined while nothing can happen. */
export function wakesAt({ at, heldAt, expired, reminders: [reminder = 0] }: Deadline, now: number): number | undefined {
  if (at === undefined || heldAt !== undefined || expired) return undefined;
  return Math.min(at - reminder, now + LONGEST_SLEEP);
}

/** What has become of a deadline when its timer wakes. */
export interface Woken {
  deadline: Deadline;
  /** Milliseconds. No worker was there for so long, so the deadline was moved by as much. */
  late?: number;
  /** Whether a reminder is due. Several at once count as one. */
  remind?: boolean;
}

/** @param due when the timer was to wake */
export function woken(deadline: Deadline, due: number, now: number): Woken {
  const { at, heldAt } = deadline;
  if (at === undefined || heldAt !== undefined) return { deadline };
  const late = now - due;
  // No worker was there. People get the time back in which they could do nothing.
  if (late >= LATE) return { deadline: movedTo(deadline, Math.max(at, now) + late, now), late };
  if (now >= at) return { deadline: { ...deadline, expired: true } };
  const reminders = deadline.reminders.filter((before) => at - before > now);
  return { deadline: { ...deadline, reminders }, remind: reminders.length < deadline.reminders.length };
}

/** Missed reminders are not sent late. */
function movedTo(deadline: Deadline, wanted: number, now: number): Deadline {
  // A later time could not be shown as a date.
  const at = Math.min(wanted, now + LONGEST_DEADLINE);
  const reminders = deadline.remindBefore.filter((before) => at - before > now).toSorted((a, b) => b - a);
  return { ...deadline, at, expired: false, reminders };
}
