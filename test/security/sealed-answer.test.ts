import { answerKey, sealAnswer } from '../../src/security/sealed-answer.js';

const TEXT = 'Ñandú 12345678Z '.repeat(500);

test('only the key of the question opens the answer, of any length', () => {
  const mine = answerKey();
  const sealed = sealAnswer(TEXT, mine.publicKey);
  expect(JSON.stringify(sealed)).not.toContain(Buffer.from('12345678Z').toString('base64').slice(0, 11));
  expect(mine.open(sealed)).toBe(TEXT);
  const refused = expect.objectContaining({ code: 'SEAL_NOT_OPENED' }) as Error;
  expect(() => answerKey().open(sealed)).toThrow(refused);
});

test('the same answer twice is never the same bytes', () => {
  const { publicKey } = answerKey();
  expect(sealAnswer(TEXT, publicKey).sealed).not.toBe(sealAnswer(TEXT, publicKey).sealed);
});

test('an answer that was changed, cut or sealed for another question is not opened', () => {
  const mine = answerKey();
  const { publicKey, sealed } = sealAnswer(TEXT, mine.publicKey);
  const bytes = Buffer.from(sealed, 'base64');
  const flipped = Buffer.from(bytes);
  flipped[5] = (flipped[5] ?? 0) ^ 1;
  const other = sealAnswer(TEXT, mine.publicKey);
  for (const wrong of [
    { publicKey, sealed: flipped.toString('base64') },
    { publicKey, sealed: bytes.subarray(0, 20).toString('base64') },
    { publicKey, sealed: '' },
    { publicKey: other.publicKey, sealed },
    { publicKey: 'AAAA', sealed },
  ]) {
    expect(() => mine.open(wrong)).toThrow(expect.objectContaining({ code: 'SEAL_NOT_OPENED' }) as Error);
  }
});

test.each(['', 'key', 'A'.repeat(60), 'A'.repeat(10_000)])('%j is no key to answer to', (publicKey) => {
  expect(() => sealAnswer(TEXT, publicKey)).toThrow(
    expect.objectContaining({ code: 'BAD_INPUT', field: 'publicKey' }) as Error,
  );
});
