import { gapLeft, NEVER_READ, paceAfterEnd, patience, readBegun } from '../../src/workflows/engine/pace.js';

const POLICY = { gap: 2000, soon: [1000, 5000], slow: 600_000, jitter: 0 };

test('a request that was never read may be read at once', () => {
  expect(gapLeft(NEVER_READ, POLICY, 0)).toBe(0);
});

test('reads are a gap apart', () => {
  const pace = readBegun(10_000);
  expect(gapLeft(pace, POLICY, 10_000)).toBe(2000);
  expect(gapLeft(pace, POLICY, 11_500)).toBe(500);
  expect(gapLeft(pace, POLICY, 12_000)).toBe(0);
  expect(gapLeft(pace, POLICY, 99_000)).toBe(0);
});

test('a read is the answer to the hints before it', () => {
  expect(readBegun(1).hinted).toBe(false);
});

test('a signer has the slow pause before the provider is read, and the last of the soon ones after a hint', () => {
  expect(patience(readBegun(1), POLICY)).toBe(600_000);
  expect(patience({ ...readBegun(1), hinted: true }, POLICY)).toBe(5000);
  expect(patience({ ...readBegun(1), hinted: true }, { ...POLICY, soon: [] })).toBe(600_000);
});

test('after the end of a request its reads are 24 times slower, and as soon after a hint', () => {
  expect(paceAfterEnd(POLICY)).toEqual({ ...POLICY, slow: 24 * 600_000 });
});
