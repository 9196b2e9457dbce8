import { z } from 'zod';
import type { Policy } from '../messages/policy.js';
import { durationBetween, durationWords, HOUR, MINUTE, SECOND } from './values.js';

/** What suits a real provider. An installation that reaches one may be slower, never quicker. */
const REAL = { deadline: MINUTE, gap: SECOND, slow: 10 * SECOND, pause: 500, settle: 5 * SECOND } as const;

function least(name: keyof typeof REAL) {
  return durationBetween(1, HOUR).default(REAL[name]);
}

/** The `floor` settings: the shortest allowed times of a policy, from the settings or from a start. */
export const floorSchema = z
  .strictObject({
    deadline: least('deadline').describe('shortest deadline'),
    gap: least('gap').describe('shortest time between two reads of one request'),
    slow: least('slow').describe('shortest pause between the reads of a request that waits'),
    pause: least('pause').describe('shortest pause between tries, and between reads after a hint'),
    settle: least('settle').describe('shortest pause before the request is read again after a signature in doubt'),
  })
  .prefault({});

export type Floor = z.output<typeof floorSchema>;

/** A value that is too small: where it stands, and what to say about it. */
export interface TooLow {
  path: (string | number)[];
  message: string;
}

/** The values of a policy that are below the floor. */
export function belowFloor(policy: Policy, floor: Floor): TooLow[] {
  const { deadlines, watch, sign, steps } = policy;
  const all: [path: (string | number)[], value: number, name: keyof Floor][] = [
    [['deadlines', 'video'], deadlines.video, 'deadline'],
    [['deadlines', 'review'], deadlines.review, 'deadline'],
    [['deadlines', 'signing'], deadlines.signing, 'deadline'],
    [['watch', 'gap'], watch.gap, 'gap'],
    [['watch', 'slow'], watch.slow, 'slow'],
    ...watch.soon.map((each, index): (typeof all)[number] => [['watch', 'soon', index], each, 'pause']),
    [['sign', 'settle'], sign.settle, 'settle'],
    ...Object.entries(steps).flatMap(([step, { backoff, slowest }]): typeof all => [
      [['steps', step, 'backoff'], backoff, 'pause'],
      [['steps', step, 'slowest'], slowest, 'pause'],
    ]),
  ];
  return all
    .filter(([, value, name]) => value < floor[name])
    .map(([path, , name]) => ({ path, message: `must be at least ${durationWords(floor[name])} (floor.${name})` }));
}

/** The values of a floor that are too low for a real provider. */
export function tooLowForProduction(floor: Floor): TooLow[] {
  const names = Object.keys(REAL) as (keyof Floor)[];
  return names
    .filter((name) => floor[name] < REAL[name])
    .map((name) => ({
      path: [name],
      message: `must be at least ${durationWords(REAL[name])} where an environment is prod`,
    }));
}
