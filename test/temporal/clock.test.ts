import type { Context } from '@temporalio/activity';
import { stampedTimes, TemporalClock } from '../../src/temporal/clock.js';

const HOUR = 3_600_000;

function begins(clock: TemporalClock, info: Partial<Context['info']>): void {
  stampedTimes(clock)({ info } as Context);
}

test('a step that was scheduled later than the machine says puts the clock right', () => {
  const clock = new TemporalClock();
  const scheduledTimestampMs = Date.now() + HOUR;
  begins(clock, { scheduledTimestampMs, currentAttemptScheduledTimestampMs: scheduledTimestampMs });
  expect(clock.now()).toBeGreaterThanOrEqual(scheduledTimestampMs);
});

test('the planned time of a later try says nothing: a server that restarts sends it earlier', () => {
  const clock = new TemporalClock();
  const scheduledTimestampMs = Date.now() - HOUR;
  begins(clock, { scheduledTimestampMs, currentAttemptScheduledTimestampMs: Date.now() + HOUR });
  expect(clock.wrongBy).toBeUndefined();
});
