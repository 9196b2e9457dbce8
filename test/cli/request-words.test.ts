import type { Changes } from '../../src/client.js';
import { changeLine, stageLines, statusLines } from '../../src/cli/request-words.js';
import type { Attention, RequestStatus } from '../../src/messages/status.js';

test('the end is said once', () => {
  const status = { stage: 'ended', words: 'ended: signed', since: '2026-01-02T03:00:00.000Z' } as RequestStatus;
  expect(changeLine(status)).toBe('2026-01-02 03:00:00 UTC  ended: signed');
  expect(changeLine({ ...status, stage: 'review', words: 'waiting' })).toMatch(/review: waiting$/);
});

function entered(number: number, stage: string, second: number): object {
  return { entry: { number, at: `2026-01-02T03:00:0${second}.000Z`, what: 'stage', facts: { stage } } };
}

test('stages that came and went since the last look are told too, and each once', () => {
  const changes = [
    entered(4, 'preparing', 1),
    { entry: { number: 5, at: '2026-01-02T03:00:02.000Z', what: 'uploaded' } },
    entered(6, 'acceptance', 3),
    { status: { stage: 'acceptance', since: '2026-01-02T03:00:03.000Z' } },
  ] as unknown as Changes;
  expect(stageLines(changes)).toEqual([
    '2026-01-02 03:00:01 UTC  preparing: uploading the documents and fetching the contract',
  ]);
  expect(stageLines(changes.slice(0, 3))).toHaveLength(2);
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
  test('that it is old, because no worker runs, and how old', () => {
    expect(lines({ worker: 'away', asOf: '2026-01-02T03:50:00.000Z' })).toMatch(
      /^Worker +No worker is running, so the request waits\. This is how it stood at 2026-01-02 03:50:00 UTC \(10 min ago\)\.$/m,
    );
    expect(lines({})).not.toContain('worker');
  });
});
