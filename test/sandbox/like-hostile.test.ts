import { BadLikeFile, probeFileIn } from '../../sandbox/like/probe-file.js';
import { openLike } from '../../sandbox/like/like.js';
import { type Content, exchange, probeFile, withFile } from './like-files.js';
import { ORDER, Stand } from './support.js';

const opened = (content: unknown) => withFile(content, openLike);

function nested(levels: number): object {
  let inner: object = {};
  for (let level = 0; level < levels; level += 1) inner = { type: 'object', fields: { x: inner } };
  return inner;
}

/** A file with one answer to create of any shape. */
const withShape = (body: unknown) => {
  const [file, place] = [probeFile({}), exchange('create/create', 200, {})];
  return { ...file, exchanges: [{ ...place, answer: { ...place.answer, body } }] };
};

/** Lists in lists: each level has twenty times as many values. */
function lists(levels: number, inner: object): object {
  return levels === 0 ? inner : { type: 'list', length: 1e9, items: [lists(levels - 1, inner)] };
}

/** `JSON.stringify` cannot write it. */
function deepText(): string {
  return `{"format":"videoid-probe/1","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
}

async function created(content: unknown): Promise<{ status: number; text: string }> {
  return withFile(content, async (like) => {
    const stand = await Stand.start({ like });
    try {
      const answer = await fetch(`${stand.sandbox.api}/videoid`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(ORDER),
      });
      return { status: answer.status, text: await answer.text() };
    } finally {
      await stand.close();
    }
  });
}

describe('a file that is no file of a probe is refused, and the error says what is wrong', () => {
  test.each([
    ['not JSON', 'no', 'is not JSON'],
    ['another thing', [1, 2], 'is no file of `videoid probe`'],
    ['another version', { ...probeFile({}), format: 'videoid-probe/2' }, 'format: '],
    ['another flow', { ...probeFile({}), flow: 'enrolment' }, 'the file of an enrolment probe'],
    ['without exchanges', { ...probeFile({}), exchanges: undefined }, 'exchanges: '],
    ['deep', withShape(nested(100_000)), 'nested too deeply'],
    ['large', `"${'x'.repeat(20_000_001)}"`, 'too large'],
    [
      'many',
      { ...probeFile({}), notes: Array.from({ length: 20_001 }, () => ({ step: '', name: '', value: 1 })) },
      'notes: ',
    ],
  ])('%s', async (_, content, words) => {
    const text = typeof content === 'object' && words.includes('deep') ? deepText() : content;
    const failed = await opened(text).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(BadLikeFile);
    expect(String(failed)).toContain(words);
    expect(String(failed)).toContain('probe-2026-11-30.json');
  });

  test('no file', () => {
    expect(() => openLike('/nowhere/probe.json')).toThrow('cannot be read (ENOENT)');
  });
});

describe('a file with odd content is harmless', () => {
  test('names that objects have anyway are fields like any other', async () => {
    const body = JSON.parse(
      '{"type":"object","fields":{"__proto__":{"type":"object","fields":{"polluted":{"type":"boolean","is":true}}},"constructor":{"type":"string","length":3},"toString":{"type":"null"}}}',
    ) as unknown;
    const { status, text } = await created(withShape(body));
    expect(status).toBe(200);
    expect(text).toContain('"constructor":"xxx"');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test.each([
    ['shapes that we do not know', { type: 'date', at: 5 }, 'null'],
    ['lengths that nobody has', { type: 'string', length: 1e300, form: 'digits' }, /^"10{9999}"$/],
    [
      'lists without an end',
      { type: 'list', length: 1e9, items: [{ type: 'number', digits: 1e9 }] },
      /^\[(1e14|1{1}0{14},?)/,
    ],
    ['texts with many parts', { type: 'string', length: 5, is: '{}'.repeat(50) + '!' }, /^"\d/],
    ['fields that we do not know', { type: 'null', more: [] }, 'null'],
    ['levels that a probe leaves out', nested(20), /null/],
  ])('%s', async (_, body, expected) => {
    const { status, text } = await created(withShape(body));
    expect(status).toBe(200);
    expect(text).toMatch(expected);
    expect(text.length).toBeLessThan(50_000);
  });

  test.each([
    ['lists in lists', { x: lists(6, { type: 'string', length: 10_000 }) }],
    [
      'lists in lists, with long names',
      { x: lists(4, { type: 'object', fields: { ['n'.repeat(9000)]: { type: 'null' } } }) },
    ],
    ['a name that is longer than any answer', { ['n'.repeat(5_000_000)]: { type: 'null' } }],
    [
      'many long texts',
      Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`x${index}`, { type: 'string', length: 10_000 }])),
    ],
    [
      'many lists',
      { x: { type: 'list', length: 500, items: Array.from({ length: 500 }, () => lists(3, { type: 'null' })) } },
    ],
  ])('%s ask for more than there is memory: the answer ends before', async (_, fields) => {
    const { status, text } = await created(withShape({ type: 'object', fields }));
    expect(status).toBe(200);
    expect(JSON.parse(text)).toBeInstanceOf(Object);
    expect(text.length).toBeLessThan(1_500_000);
  });

  test('what callers do not find in an answer that ends before is said at the start', async () => {
    const fields = { x: lists(6, { type: 'null' }), request_pk: { type: 'number', digits: 9 } };
    const { lacks } = await opened(withShape({ type: 'object', fields }));
    expect(lacks.join(' ')).toContain('The answer to create has no request_pk');
  });

  test('words that nobody says have a usual length', async () => {
    const refused = exchange('create/create', 403, 'No', { form: 'page', words: { length: 4e8, hash: 'ab' } });
    const known = exchange('code/code', 403, 'No', { words: { is: 'x'.repeat(1_000_000), length: 1 } });
    const assumed = { coolDownTexts: [{ hash: 'ab', length: 4e8 }] };
    const { exchanges, ...file } = probeFileIn(probeFile({ exchanges: [refused, known], assumed }), 'f');
    expect(file.assumed).toEqual({ coolDownTexts: [{ hash: 'ab', length: 10_000 }] });
    expect(exchanges.map(({ answer }) => [answer?.words?.length, answer?.words?.is?.length])).toEqual([
      [10_000, undefined],
      [1, 10_000],
    ]);
  });

  test('more settings than there are change nothing', async () => {
    const assumed = Object.fromEntries(Array.from({ length: 300_000 }, (_, index) => [`x${index}`, true]));
    const { behaviour } = await opened(probeFile({ assumed, findings: [] }));
    expect(behaviour).not.toHaveProperty('x1');
  });

  test('a status, a media type or a setting that cannot be is left out', async () => {
    const content: Content = {
      exchanges: [
        exchange('create/create', 99, { detail: { request_pk: '1' } }),
        exchange('create/create', 200, { detail: { request_pk: 1 } }, { contentType: 'text/html\r\nx: y' }),
      ],
      findings: [
        { assumption: 'constructor', verdict: 'contradicted', setting: 'x' },
        { assumption: 'identityCorrectable', verdict: 'contradicted', setting: [{ hash: 'zz', length: 1 }] },
      ],
    };
    const { status, text } = await created(probeFile(content));
    expect(status).toBe(200);
    expect(text).toMatch(/^\{"detail":\{"request_pk":\d+\}\}$/);
  });

  test('fields of a later version are left out', () => {
    const { exchanges } = probeFileIn(
      { ...probeFile({}), later: 1, exchanges: [{ ...exchange('a/b', 200, {}), later: 2 }] },
      'f',
    );
    expect(exchanges).toHaveLength(1);
  });
});
