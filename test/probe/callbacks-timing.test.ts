import { callbackTiming } from '../../src/probe/callbacks/timing.js';
import { timingLines } from '../../src/probe/callbacks/timing-lines.js';
import type { Exchange, ProbeFile, SeenCallback, Shape } from '../../src/probe/file.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let number = 0;
beforeEach(() => (number = 0));

function exchange(step: string, at: number, more: Partial<Exchange>, body?: Shape): Exchange {
  const answer = { status: 200, headers: [], form: 'json' as const, whole: true, after: 0, ...(body && { body }) };
  return {
    number: (number += 1),
    step,
    occasion: 'read',
    at,
    method: 'GET',
    path: '/request/{request_pk}',
    answer,
    ...more,
  };
}

function word(is: string): Shape {
  return { type: 'string', length: is.length, is };
}

/** A read that shows a status. */
function read(step: string, at: number, status: string): Exchange {
  const certificate: Shape = { type: 'object', fields: { status: word('REVOKED') } };
  const request: Shape = {
    type: 'object',
    fields: { certificates: { type: 'list', length: 1, items: [certificate] }, status: word(status) },
  };
  return exchange(step, at, {}, { type: 'object', fields: { status: word('success'), details: request } });
}

function call(step: string, at: number, method: string, path: string): Exchange {
  return exchange(step, at, { method, path, occasion: step });
}

function callback(at: number, status: string, more: Partial<SeenCallback> = {}): SeenCallback {
  const about = { subject: 'main', ours: true, payload: 'event' as const, status, hash: `${at}`, answered: 200 };
  return { number: (number += 1), at, method: 'POST', headers: [], ...about, ...more };
}

function timing(exchanges: Exchange[], callbacks: SeenCallback[]): ReturnType<typeof callbackTiming> {
  return callbackTiming({ exchanges, callbacks } satisfies Pick<ProbeFile, 'exchanges' | 'callbacks'>);
}

/** A request that is made, filmed, approved and signed. */
function story(): Exchange[] {
  return [
    call('create', 1000, 'POST', '/videoid'),
    read('create', 1500, 'VIDEOPENDING'),
    read('video', 60_000, 'VIDEOREVIEW'),
    call('approve', 70_000, 'POST', '/videoid/{videoid_pk}/approve'),
    read('approve', 71_000, 'ENROLLREADY'),
    call('code', 80_000, 'POST', '/sign/{request_pk}'),
    read('signed', 81_000, 'ISSUED'),
  ];
}

describe('the delay of a callback', () => {
  it('counts from the call that caused the change, or from the first read that showed it', () => {
    const { events, without } = timing(story(), [
      callback(1200, 'VIDEOPENDING'),
      callback(58_000, 'VIDEOREVIEW'),
      callback(72_000, 'ENROLLREADY'),
      callback(80_500, 'ISSUED'),
    ]);
    expect(events.map(({ delay, by }) => [delay, by])).toEqual([
      [200, 'call'],
      [-2000, 'read'],
      [2000, 'call'],
      [500, 'call'],
    ]);
    expect(without).toEqual([]);
  });

  it('is unknown for a change that the probe has not seen', () => {
    const result = timing(story(), [callback(90_000, 'RENEWED')]);
    expect(result.events[0]).not.toHaveProperty('delay');
    expect(timingLines(result)[0]).toMatch(/RENEWED, first request: the probe saw no such change$/);
  });

  it('belongs to the request that the callback names', () => {
    const exchanges = [
      ...story(),
      read('second-video', 95_000, 'VIDEOREVIEW'),
      call('third', 99_000, 'DELETE', '/request/{request_pk}'),
    ];
    const { events } = timing(exchanges, [
      callback(96_000, 'VIDEOREVIEW', { subject: 'second' }),
      callback(99_100, 'CANCELLED', { subject: 'third' }),
    ]);
    expect(events.map(({ delay }) => delay)).toEqual([1000, 100]);
  });
});

describe('changes without a callback', () => {
  it('are those that a read showed', () => {
    const { without } = timing(story(), [callback(58_000, 'VIDEOREVIEW'), callback(72_000, 'ENROLLREADY')]);
    expect(without.map(({ status }) => status)).toEqual(['VIDEOPENDING', 'ISSUED']);
  });

  it('are not those of calls that the provider may have refused to carry out', () => {
    expect(timing(story().slice(0, 4), []).without.map(({ status }) => status)).toEqual([
      'VIDEOPENDING',
      'VIDEOREVIEW',
    ]);
  });
});

describe('repetitions', () => {
  it('after a refusal are retries, with their pauses', () => {
    const result = timing(story(), [
      callback(1200, 'VIDEOPENDING', { hash: 'a', answered: 503 }),
      callback(6300, 'VIDEOPENDING', { hash: 'a', answered: 503, repeats: 8 }),
      callback(36_300, 'VIDEOPENDING', { hash: 'a', repeats: 8 }),
    ]);
    expect(result.events).toMatchObject([
      { retries: [5100, 30_000], doubles: 0, givenUp: false, changed: false, delay: 200 },
    ]);
    expect(timingLines(result).join('\n')).toContain('came again after 5.1 s, then 30.0 s');
  });

  it('may have other bytes', () => {
    const result = timing(story(), [callback(1200, 'VIDEOPENDING', { answered: 503 }), callback(6300, 'VIDEOPENDING')]);
    expect(result.events).toMatchObject([{ retries: [5100], changed: true }]);
    expect(timingLines(result).join('\n')).toContain('with other bytes');
  });

  it('that never came are told', () => {
    const result = timing(story(), [
      callback(1200, 'VIDEOPENDING', { answered: 503 }),
      callback(58_000, 'VIDEOREVIEW'),
    ]);
    expect(result.events).toMatchObject([{ givenUp: true, retries: [] }, { givenUp: false }]);
    expect(timingLines(result).join('\n')).toContain('did not come again');
  });

  it('after a taken delivery are doubles, if the bytes are the same', () => {
    const [same, other] = [{ hash: 'a' }, { hash: 'b' }];
    const { events } = timing(story(), [
      callback(58_000, 'VIDEOREVIEW', same),
      callback(59_000, 'VIDEOREVIEW', same),
      callback(59_500, 'VIDEOREVIEW', other),
    ]);
    expect(events).toMatchObject([{ doubles: 1, retries: [] }, { doubles: 0 }]);
  });
});

describe('the order', () => {
  it('is wrong if an earlier change is told after a later one of the same request', () => {
    const callbacks = [
      callback(72_000, 'ENROLLREADY'),
      callback(73_000, 'VIDEOREVIEW'),
      callback(74_000, 'VIDEOREVIEW', { subject: 'second' }),
      callback(82_000, 'ISSUED'),
    ];
    const result = timing([...story(), read('second-video', 50_000, 'VIDEOREVIEW')], callbacks);
    expect(result.late).toEqual([callbacks[1]?.number]);
  });
});

describe('callbacks without an id', () => {
  it('are found by status and time, and this is said', () => {
    const fromLog = { fromLog: true };
    const callbacks = [
      callback(59_000, 'VIDEOREVIEW', fromLog),
      callback(90_000, 'VIDEOREVIEW', fromLog),
      callback(5 * HOUR, 'ISSUED', fromLog),
    ];
    for (const each of callbacks) delete each.subject;
    const result = timing(story(), callbacks);
    expect(result.events.map(({ delay, uncertain }) => [delay, uncertain])).toEqual([
      [-1000, true],
      [undefined, true],
      [undefined, true],
    ]);
    expect(timingLines(result)[0]).toContain('found by status and time');
    expect(result.without.map(({ status }) => status)).toContain('ISSUED');
  });

  it('leave the changes to those that name their request', () => {
    const nameless = callback(80_100, 'ISSUED');
    delete nameless.subject;
    const { events } = timing(story(), [nameless, callback(81_000, 'ISSUED')]);
    expect(events.map(({ delay }) => delay)).toEqual([undefined, 1000]);
  });
});

describe('the time zone of a payload', () => {
  it.each<[string, number[], number | undefined]>([
    ['UTC', [-300, -2000, 0], 0],
    ['two hours ahead', [2 * HOUR - 300, 2 * HOUR - 60_000], 2],
    ['behind, by a part of an hour', [-3.5 * HOUR - 300], -3.5],
    ['not known, if the times do not agree', [-300, 2 * HOUR], undefined],
    ['not known, without times', [], undefined],
  ])('is %s', (_what, ahead, hours) => {
    const callbacks = [
      callback(1, 'CREATED'),
      ...ahead.map((clockAhead, at) => callback(10 + at, 'CREATED', { clockAhead })),
    ];
    expect(timing([], callbacks).hoursFromUtc).toBe(hours);
  });
});

describe('callbacks of others', () => {
  it('are counted', () => {
    const others = [callback(1, 'ISSUED', { ours: false }), callback(2, 'ISSUED', { ours: false, payload: 'other' })];
    const result = timing(story(), others);
    expect(result).toMatchObject({ events: [], foreign: 1, unread: 1 });
    expect(timingLines(result)).toEqual(['No callback came about a request of this probe. Others came: 2 callbacks.']);
    expect(timingLines(timing([], []))).toEqual(['No callback came about a request of this probe.']);
  });
});
