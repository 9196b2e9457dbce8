import { leftOf } from '../../src/messages/age.js';

const HOUR = 3_600_000;
const SPAN = 60_000;
const NOW = Date.parse('2026-01-01T00:00:00Z');

test.each([
  ['just begun', 0, SPAN],
  ['half over', -SPAN / 2, SPAN / 2],
  ['over', -SPAN, 0],
  ['long over', -5 * HOUR, 0],
  ['begun a little ahead, by the clock of another machine', SPAN / 2, SPAN],
  ['begun hours ahead, by a wrong clock', 5 * HOUR, 0],
  ['begun nobody knows when', NaN, 0],
])('a wait that has %s leaves at most its span, never hours', (_name, since, left) => {
  expect(leftOf(SPAN, NOW + since, NOW)).toBe(left);
});
