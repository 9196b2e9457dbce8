import {
  bareNumber,
  type DocumentNumber,
  documentNumber,
  isSameNumber,
} from '../../src/signatures/identity/document-number.js';

const of = (given: string | DocumentNumber): DocumentNumber => (typeof given === 'string' ? { text: given } : given);

describe('two numbers are of one document', () => {
  test.each<[string | DocumentNumber, string | DocumentNumber]>([
    ['12345678Z', '12345678z'],
    ['12345678Z', ' 12.345.678-Z '],
    ['12345678Z', '12345678‑Z'], // a non-breaking hyphen
    ['12345678Z', '１２３４５６７８Ｚ'], // full width
    ['12345678Z', 'IDCES-12345678Z'],
    ['IDCES-12345678Z', 'PNOES-12345678Z'],
    ['idces - 12 345 678 z', 'IDCES-12345678Z'],
    ['AAB123456', 'PASES-AAB123456'],
    ['RSSMRA80A01H501U', 'TINIT-RSSMRA80A01H501U'],
    ['200007292386', 'EI:SE-200007292386'],
    ['ES-12345678Z', 'IDCES-12345678Z'],
    ['ES12345678Z', 'IDCES-12345678Z'],
    ['ES 12345678Z', { text: '12345678Z', country: 'es' }],
    ['AB-123456', 'ab123456'], // letters that are part of the number
    [{ text: '12345678Z', country: 'ES' }, '12345678Z'],
    [{ text: '12345678Z', country: 'ESP' }, 'IDCES-12345678Z'], // a country code that we do not know
  ])('%j and %j', (one, other) => {
    expect(isSameNumber(of(one), of(other))).toBe(true);
    expect(isSameNumber(of(other), of(one))).toBe(true);
  });
});

describe('two numbers are of two documents', () => {
  test.each<[string | DocumentNumber, string | DocumentNumber]>([
    ['12345678Z', '12345679Z'],
    ['12345678Z', '12345678'],
    ['12345678Z', '012345678Z'],
    ['IDCES-12345678Z', 'IDCPT-12345678Z'], // of another country
    [{ text: '12345678Z', country: 'IT' }, 'IDCES-12345678Z'],
    ['AB-123456', 'CD-123456'],
    ['AB-123456', '123456'], // nothing shows that AB is a country
    ['ES12345678Z', 'PT12345678Z'],
    ['ES12345678Z', { text: '12345678Z', country: 'IT' }],
    ['', ''],
    ['-', '.'],
  ])('%j and %j', (one, other) => {
    expect(isSameNumber(of(one), of(other))).toBe(false);
    expect(isSameNumber(of(other), of(one))).toBe(false);
  });
});

test.each([
  ['12.345.678-z', '12345678Z'],
  ['idces - 12.345.678 z', 'IDCES-12345678Z'],
  ['ei:se-2000 0729 2386', 'EI:SE-200007292386'],
  ['АБ 123456', 'АБ123456'],
])('%j is kept as %j, and that again as it is', (given, kept) => {
  expect(documentNumber(given)).toBe(kept);
  expect(documentNumber(kept)).toBe(kept);
});

test.each([
  '',
  '  ',
  '1',
  'IDCES-',
  'IDCES-1',
  'unknown',
  'a'.repeat(41),
  '1'.repeat(1000),
  '<b>123</b>',
  '123\u0000456',
  '123_456',
])('%j is no document number', (text) => {
  expect(documentNumber(text)).toBeUndefined();
});

test('the bare number is the same for every spelling of one document', () => {
  expect(new Set(['X-1234567-L', 'IDCES-X1234567L', 'x1234567l'].map(bareNumber))).toEqual(new Set(['X1234567L']));
});
