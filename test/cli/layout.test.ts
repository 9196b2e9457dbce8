import { ahead, ago, readable } from '../../src/cli/layout.js';

const NOW = Date.parse('2026-01-02T03:00:00.000Z');

test('people read how far a moment is, in words of any origin', () => {
  expect(readable('the deadline at 2026-01-02T06:00:00.000Z', NOW)).toBe(
    'the deadline at 2026-01-02 06:00:00 UTC (in 3 h)',
  );
  expect(readable('Refused since 2026-01-01T03:00:00Z: no.', NOW)).toBe(
    'Refused since 2026-01-01 03:00:00 UTC (1 d ago): no.',
  );
  expect(readable('the setting 2026-01 of order-2026-01-02', NOW)).toBe('the setting 2026-01 of order-2026-01-02');
});

test('a moment that a wrong clock wrote is not in the future', () => {
  expect(ago('2026-01-02T04:00:00.000Z', NOW)).toBe('2026-01-02 04:00:00 UTC (0 s ago)');
  expect(ahead('2026-01-02T03:01:00.000Z', NOW)).toBe('2026-01-02 03:01:00 UTC (in 1 min)');
});
