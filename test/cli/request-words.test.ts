import { changeLine } from '../../src/cli/request-words.js';
import type { RequestStatus } from '../../src/messages/status.js';

test('the end is said once', () => {
  const status = { stage: 'ended', words: 'ended: signed', since: '2026-01-02T03:00:00.000Z' } as RequestStatus;
  expect(changeLine(status)).toBe('2026-01-02 03:00:00 UTC  ended: signed');
  expect(changeLine({ ...status, stage: 'review', words: 'waiting' })).toMatch(/review: waiting$/);
});
