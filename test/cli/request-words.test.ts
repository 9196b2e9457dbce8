import { changeLine, statusLines } from '../../src/cli/request-words.js';
import type { Attention, RequestStatus } from '../../src/messages/status.js';

test('the end is said once', () => {
  const status = { stage: 'ended', words: 'ended: signed', since: '2026-01-02T03:00:00.000Z' } as RequestStatus;
  expect(changeLine(status)).toBe('2026-01-02 03:00:00 UTC  ended: signed');
  expect(changeLine({ ...status, stage: 'review', words: 'waiting' })).toMatch(/review: waiting$/);
});

describe('what a status says to people', () => {
  const NOW = Date.parse('2026-01-02T04:00:00.000Z');
  const status = {
    reference: 'order-17',
    attempt: 1,
    flow: 'signature',
    stage: 'review',
    words: 'waiting',
    since: '2026-01-02T03:00:00.000Z',
    endsBy: ['the deadline at 2026-01-02T06:00:00.000Z'],
    provider: {},
    code: { notAccepted: 0 },
    events: [],
  } as unknown as RequestStatus;
  const attention: Attention = {
    step: 'approve',
    code: 'CREDENTIALS_REFUSED',
    words: 'Wrong.',
    since: '2026-01-02T03:30:00.000Z',
    tries: 2,
    awaits: 'people',
    leavesByItself: false,
    remedies: ['retry', 'cancel'],
  };
  const lines = (more: Partial<RequestStatus>): string => statusLines({ ...status, ...more }, [], NOW).join('\n');

  test.each<[Attention['awaits'], RegExp]>([
    ['people', /CREDENTIALS_REFUSED since .* \(30 min ago\)\. It needs a person\.$/m],
    ['next-try', /It is tried again by itself, 2 time\(s\) so far\.$/m],
    ['operator', /It waits for an operator's decision\.$/m],
  ])('attention that awaits %s', (awaits, words) => {
    expect(lines({ attention: { ...attention, awaits } })).toMatch(words);
  });

  test('a step that fails before it is attention, and when the wait ends', () => {
    const failing = { code: 'PROVIDER_BUSY', words: 'It is busy.', since: '2026-01-02T03:59:00.000Z' } as const;
    expect(lines({ failing })).toMatch(/since .* \(1 min ago\): It is busy\. \(PROVIDER_BUSY\)\n.*tried again/);
    expect(lines({})).toContain('the deadline at 2026-01-02 06:00:00 UTC (in 2 h)');
  });
});
