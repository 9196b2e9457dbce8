import * as fc from 'fast-check';
import { redact } from '../../src/uanataca/answers/redaction.js';

test.each([
  ['Invalid RAO credentials', 'Invalid RAO credentials'],
  [
    "Missing required parameters: incomplete RAO's credentials",
    "Missing required parameters: incomplete RAO's credentials",
  ],
  ["Missing required parameter: 'secret'", "Missing required parameter: 'secret'"],
  ['Videoid not enabled for Registration Authority 1234', 'Videoid not enabled for Registration Authority 1234'],
  [
    'Error occured during OTP generation: Otp generated less than a minute ago',
    'Error occured during OTP generation: Otp generated less than a minute ago',
  ],
  [
    '{"id_document_country":["\'ESX\' is not a valid ISO 3166-1 alpha-2 country code"]}',
    '{"id_document_country":["…"]}',
  ],
  ['Invalid request fields: responsible_first_surname.', 'Invalid request fields: responsible_first_surname.'],
  [
    'Invalid request fields: organizational_unit_1, surname_1',
    'Invalid request fields: organizational_unit_1, surname_1',
  ],
])('the provider’s words %j stay readable as %j', (words, expected) => {
  expect(redact(words, [])).toBe(expected);
});

test.each([
  ['an e-mail address', 'mail ana.ejemplo+x@example.com is taken', 'mail … is taken'],
  ['an encoded one', 'mail ana%40example.com is taken', 'mail … is taken'],
  ['one of another alphabet', 'mail аня@пример.рф is taken', 'mail … is taken'],
  ['a telephone number', 'number +34 600 12 31 23 is taken', 'number … is taken'],
  ['one without prefix', 'number (600)123-123 is taken', 'number … is taken'],
  ['a code', 'code 052174 is wrong', 'code … is wrong'],
  ['a value in a quote left open', "name 'Ana María", "name '…"],
  ['a value with an apostrophe', "name 'Brian O'Neil' is odd", "name '…' is odd"],
  ['a document number', 'document 12345678A has expired', 'document … has expired'],
  ['a link', 'see https://cms.example/lcmpl/videoid/abc?x=1 now', 'see … now'],
  ['a link without scheme', 'see cms.sandbox.uanataca.com/lcmpl/videoid/abc now', 'see … now'],
  ['a uid', 'file 604b889f-6b3a-4af7-a24a-b5e610e7f7c1 not found', 'file … not found'],
  ['a hash', 'digest e3b0c44298fc1c149afbf4c8996fb924 differs', 'digest … differs'],
  ['Base64', 'got JVBERi0xLjQKJcOkw7zDtsOfCjIgMCBvYmoKPDwvTGVuZ3Ro here', 'got … here'],
  ['a quoted value', "name 'Ana María' is odd", "name '…' is odd"],
  ['a value in typographic quotes', 'name “Ana” is odd', 'name “…” is odd'],
  ['line breaks and control characters', 'one\r\n\u001b[1mtwo\u0000', 'one [1mtwo'],
])('%s is taken out', (_what, words, expected) => {
  expect(redact(words, [])).toBe(expected);
});

/** Values like those in calls. They contain letters, so that a match is not an accident. */
const canary = fc
  .string({ unit: 'grapheme', minLength: 6, maxLength: 60 })
  .filter((value) => /[\p{L}\p{N}]{3}/u.test(value) && !value.includes('…') && value.trim().length >= 6);

test('a known value never comes through, in any spelling and any surroundings', () => {
  fc.assert(
    fc.property(fc.array(canary, { minLength: 1, maxLength: 4 }), fc.string(), fc.string(), (values, before, after) => {
      for (const value of values) {
        for (const spelled of [
          value,
          value.toUpperCase(),
          encodeURIComponent(value),
          Buffer.from(value).toString('base64'),
          Buffer.from(value).toString('base64url'),
          JSON.stringify(value).slice(1, -1),
        ]) {
          const shown = redact(`Words${before}${spelled}${after}`, values);
          expect(shown).not.toContain(spelled);
          expect(shown).not.toContain(value);
        }
      }
    }),
    { numRuns: 150 },
  );
});

test('unknown e-mail addresses and telephone numbers are removed', () => {
  const phone = fc.tuple(fc.integer({ min: 30, max: 49 }), fc.integer({ min: 100_000_000, max: 999_999_999 }));
  fc.assert(
    fc.property(fc.emailAddress(), phone, fc.string(), (email, [country, number], around) => {
      const shown = redact(`Words ${around} ${email} ${around} +${country} ${number} ${country}${number}.`, []);
      expect(shown).not.toContain(email);
      expect(shown).not.toContain(String(number));
    }),
    { numRuns: 500 },
  );
});

test('what is shown is never longer than 300 characters, and huge texts take no time', () => {
  fc.assert(fc.property(fc.string({ maxLength: 5000 }), (words) => redact(words, []).length <= 300));
  for (const piece of ['a', '@', '1 ', '%40', "'", 'a-', '://', '(']) {
    expect(redact(piece.repeat(500_000), ['aaaa@example.com']).length).toBeLessThanOrEqual(300);
  }
});

test('a value that is cut at the end of the text does not come through in part', () => {
  const token = 'tokenvalue'.repeat(10);
  expect(redact(`${'mail@example.com '.repeat(233)}${'x '.repeat(15)}${token}`, [])).not.toContain('tokenvalue');
});
