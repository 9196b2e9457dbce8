import { LONGEST_DEADLINE } from '../../src/messages/policy.js';
import {
  type Deadline,
  extended,
  held,
  mayExtend,
  NO_DEADLINE,
  released,
  started,
  wakesAt,
  woken,
} from '../../src/workflows/engine/deadline.js';

const SECOND = 1000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** When everything begins. */
const T = Date.parse('2026-01-01T00:00:00Z');

const NONE: number[] = [];

describe('a deadline', () => {
  test('passes when its time is over, and not before', () => {
    const deadline = started(HOUR, NONE, T);
    expect(deadline).toMatchObject({ at: T + HOUR, expired: false });
    expect(wakesAt(deadline, T)).toBe(T + HOUR);
    expect(woken(deadline, T + HOUR, T + HOUR - 1).deadline.expired).toBe(false);
    expect(woken(deadline, T + HOUR, T + HOUR).deadline.expired).toBe(true);
  });

  test('that has passed needs no timer; neither does none', () => {
    expect(wakesAt({ ...started(HOUR, NONE, T), expired: true }, T + HOUR)).toBeUndefined();
    expect(wakesAt(NO_DEADLINE, T)).toBeUndefined();
    expect(woken(NO_DEADLINE, T, T)).toEqual({ deadline: NO_DEADLINE });
  });

  test('that is far away wakes once a day, so that a nearer one needs no timer of its own', () => {
    expect(wakesAt(started(30 * DAY, NONE, T), T)).toBe(T + DAY);
  });

  test('is never further away than a year and a day', () => {
    expect(started(1e12, NONE, T).at).toBe(T + LONGEST_DEADLINE);
  });
});

describe('an extension', () => {
  test('moves the deadline, also one that was moved before, and one that has passed', () => {
    const once = extended(started(HOUR, NONE, T), HOUR, T);
    expect(extended(once, HOUR, T).at).toBe(T + 3 * HOUR);
    const passed = { ...started(HOUR, NONE, T), expired: true };
    expect(extended(passed, HOUR, T + HOUR)).toMatchObject({ at: T + 2 * HOUR, expired: false });
  });

  test('is refused where nothing runs, and beyond a year and a day in sum', () => {
    const deadline = started(DAY, NONE, T);
    expect(mayExtend(NO_DEADLINE, 1, T)).toBe(false);
    expect(mayExtend(deadline, LONGEST_DEADLINE - DAY, T)).toBe(true);
    expect(mayExtend(deadline, LONGEST_DEADLINE - DAY + 1, T)).toBe(false);
    expect(extended(NO_DEADLINE, HOUR, T)).toEqual(NO_DEADLINE);
  });
});

describe('a deadline that stands still', () => {
  test('is later by as long as it stood still', () => {
    const still = held(started(HOUR, NONE, T), T + 10 * SECOND);
    expect(wakesAt(still, T + 10 * SECOND)).toBeUndefined();
    expect(woken(still, T + HOUR, T + 2 * HOUR)).toEqual({ deadline: still });
    const running = released(still, T + 2 * HOUR);
    expect(running.at).toBe(T + 3 * HOUR - 10 * SECOND);
    expect(running).not.toHaveProperty('heldAt');
  });

  test('stands still from the beginning of the trouble, but not from before its own', () => {
    const deadline = started(HOUR, NONE, T);
    expect(held(deadline, T + 60 * SECOND, T + 20 * SECOND).heldAt).toBe(T + 20 * SECOND);
    expect(held(deadline, T + 60 * SECOND, T - HOUR).heldAt).toBe(T);
    expect(held(deadline, T + 60 * SECOND, T + HOUR).heldAt).toBe(T + 60 * SECOND);
  });

  test('does so from the first word of the trouble; a second changes nothing', () => {
    const still = held(started(HOUR, NONE, T), T + 10 * SECOND);
    expect(held(still, T + 20 * SECOND)).toBe(still);
  });

  test('does not come back where it had passed before the trouble', () => {
    const passed: Deadline = { ...started(HOUR, NONE, T), expired: true };
    expect(held(passed, T + 2 * HOUR)).toBe(passed);
    expect(held(passed, T + 2 * HOUR, T + HOUR)).toBe(passed);
  });

  test('comes back where it passed during the trouble, of which nobody knew', () => {
    const passed: Deadline = { ...started(HOUR, NONE, T), expired: true };
    const still = held(passed, T + 2 * HOUR, T + HOUR - SECOND);
    expect(still).toMatchObject({ heldAt: T + HOUR - SECOND, expired: false });
    expect(released(still, T + 3 * HOUR)).toMatchObject({ at: T + 3 * HOUR + SECOND, expired: false });
  });

  test('can be extended meanwhile', () => {
    const still = extended(held(started(HOUR, NONE, T), T), HOUR, T + SECOND);
    expect(released(still, T + 10 * SECOND).at).toBe(T + 2 * HOUR + 10 * SECOND);
  });

  test('is the next stage’s matter no more', () => {
    const still = held(started(HOUR, NONE, T), T);
    expect(still).toHaveProperty('heldAt');
    expect(started(HOUR, NONE, T + DAY)).not.toHaveProperty('heldAt');
    expect(released(started(HOUR, NONE, T + DAY), T + DAY + SECOND).at).toBe(T + DAY + HOUR);
  });
});

describe('a timer that is handled late', () => {
  test('waited for a worker: the deadline is later by as much, from now on', () => {
    const deadline = started(HOUR, NONE, T);
    const { deadline: moved, late } = woken(deadline, T + HOUR, T + HOUR + 20 * SECOND);
    expect(late).toBe(20 * SECOND);
    expect(moved).toMatchObject({ at: T + HOUR + 40 * SECOND, expired: false });
  });

  test('moves a deadline that is still to come, too', () => {
    const { deadline } = woken(started(3 * DAY, NONE, T), T + DAY, T + DAY + HOUR);
    expect(deadline.at).toBe(T + 3 * DAY + HOUR);
  });

  test('by less than ten seconds was only busy', () => {
    const { deadline, late } = woken(started(HOUR, NONE, T), T + HOUR, T + HOUR + 9999);
    expect(late).toBeUndefined();
    expect(deadline.expired).toBe(true);
  });
});

describe('reminders', () => {
  const BEFORE = [HOUR, 2 * HOUR];

  test('wake the timer, the earliest first, and each comes once', () => {
    let deadline = started(4 * HOUR, BEFORE, T);
    expect(wakesAt(deadline, T)).toBe(T + 2 * HOUR);
    let remind: boolean | undefined;
    ({ deadline, remind } = woken(deadline, T + 2 * HOUR, T + 2 * HOUR));
    expect(remind).toBe(true);
    expect(wakesAt(deadline, T + 2 * HOUR)).toBe(T + 3 * HOUR);
    ({ deadline, remind } = woken(deadline, T + 3 * HOUR, T + 3 * HOUR));
    expect(remind).toBe(true);
    expect(wakesAt(deadline, T + 3 * HOUR)).toBe(T + 4 * HOUR);
    expect(woken(deadline, T + 3 * HOUR, T + 3 * HOUR).remind).toBe(false);
  });

  test('that are due at once are one', () => {
    const { deadline, remind } = woken(started(4 * HOUR, [HOUR, HOUR + SECOND], T), T + 3 * HOUR, T + 3 * HOUR);
    expect(remind).toBe(true);
    expect(deadline.reminders).toEqual([]);
  });

  test('that were missed when the deadline was set are not sent late', () => {
    expect(started(90 * 60 * SECOND, BEFORE, T).reminders).toEqual([HOUR]);
  });

  test('come again when the deadline is moved', () => {
    const deadline = started(HOUR, BEFORE, T);
    expect(deadline.reminders).toEqual([]);
    expect(extended(deadline, DAY, T).reminders).toEqual([2 * HOUR, HOUR]);
  });

  test('come before the deadline that there is, and not before the one that was asked for', () => {
    const before = [LONGEST_DEADLINE, LONGEST_DEADLINE - HOUR];
    expect(started(2 * LONGEST_DEADLINE, before, T).reminders).toEqual([LONGEST_DEADLINE - HOUR]);
  });
});
