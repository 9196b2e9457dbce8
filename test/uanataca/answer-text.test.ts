import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { answerText } from '../../src/uanataca/http/answer-text.js';

const LIMITS = { string: 20, whole: 1000 };

/** Reads bytes that arrive in pieces of the given size. */
async function reading(bytes: Buffer, size: number, limits = LIMITS): Promise<string> {
  const body = Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    ),
  );
  return answerText(body, body[Symbol.asyncIterator]() as AsyncIterator<Buffer>, limits);
}

/** A JSON value in which keys and texts above the limit are empty. */
function lean(value: unknown): unknown {
  if (typeof value === 'string') return isLong(value) ? '' : value;
  if (Array.isArray(value)) return value.map(lean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [isLong(name) ? '' : name, lean(item)]));
}

function isLong(text: string): boolean {
  return Buffer.from(JSON.stringify(text)).length - 2 > LIMITS.string;
}

test('JSON comes through whole, but for the strings that are too long, whatever the pieces', async () => {
  const json = fc.jsonValue({ stringUnit: 'binary', maxDepth: 3 });
  await fc.assert(
    fc.asyncProperty(json, fc.integer({ min: 1, max: 50 }), async (value, size) => {
      const written = JSON.stringify(value);
      const read = await reading(Buffer.from(written), size, { string: LIMITS.string, whole: 100_000 });
      expect(JSON.parse(read)).toEqual(lean(JSON.parse(written)));
    }),
    { numRuns: 150 },
  );
});

test.each([
  ['at the limit', 'a'.repeat(20), 'a'.repeat(20)],
  ['over it', 'a'.repeat(21), ''],
  ['ending in an escape', `${'a'.repeat(21)}\\`, ''],
  ['with quotes past it', `${'a'.repeat(21)}"b"`, ''],
])('a string %s', async (_name, text, expected) => {
  const written = JSON.stringify({ before: 1, text, after: 'x' });
  for (const size of [1, 2, 7, 1000]) {
    expect(JSON.parse(await reading(Buffer.from(written), size))).toEqual({ before: 1, text: expected, after: 'x' });
  }
});

test('a body that goes on for ever is not read for ever', async () => {
  let sent = 0;
  const endless = new Readable({
    read() {
      sent += 100;
      this.push(Buffer.alloc(100, '1'));
    },
  });
  const text = await answerText(endless, endless[Symbol.asyncIterator]() as AsyncIterator<Buffer>, LIMITS);
  expect(text.length).toBeLessThanOrEqual(LIMITS.whole + 1);
  expect(sent).toBeLessThan(100_000);
  expect(endless.destroyed).toBe(true);
});
