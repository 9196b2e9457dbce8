import * as fc from 'fast-check';
import { checkEnrolmentInput } from '../../src/client/start/enrolment-input.js';
import { checkSignatureInput } from '../../src/client/start/signature-input.js';
import { internationalPhone, sensibleEmail } from '../../src/client/input/signer.js';

describe('a phone number', () => {
  test.each([
    ['+34600000000', '+34600000000'],
    ['+34 600 00 00 00', '+34600000000'],
    ['+34-600.000(000)', '+34600000000'],
    ['0034600000000', '+34600000000'],
    ['00 34 600 000 000', '+34600000000'],
    ['  +1 (415) 555-0100 ', '+14155550100'],
    ['+34\u00A0600\u2011000\u2013000', '+34600000000'],
    ['+12345678', '+12345678'],
    ['+123456789012345', '+123456789012345'],
  ])('%j goes out as %s', (given, sent) => {
    expect(internationalPhone(given)).toBe(sent);
  });

  test.each([
    ['no prefix', '600000000'],
    ['a national zero', '0600000000'],
    ['a country code of zero', '+0600000000'],
    ['too short', '+1234567'],
    ['too long', '+1234567890123456'],
    ['letters', '+34 600 ABC 000'],
    ['an extension', '+34600000000 ext 5'],
    ['a national zero in brackets, which would change the number', '+44 (0)20 7946 0000'],
    ['nothing', ''],
    ['only a plus', '+'],
    ['a plus in the middle', '34+600000000'],
    ['digits of another script', '+٣٤٦٠٠٠٠٠٠٠٠'],
  ])('with %s is refused', (_why, given) => {
    expect(internationalPhone(given)).toBeUndefined();
  });

  test('is the same however it is grouped', () => {
    const gap = fc.constantFrom('', ' ', '.', '-', '(', ')', '  ');
    const digits = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), gap), { minLength: 8, maxLength: 15 });
    fc.assert(
      fc.property(digits, (groups) => {
        const written = `+${groups.map(([digit, after]) => `${digit}${after}`).join('')}`;
        expect(internationalPhone(written)).toBe(`+${groups.map(([digit]) => digit).join('')}`);
      }),
    );
  });
});

describe('an e-mail address', () => {
  test.each([
    'name@example.com',
    'first.last+tag@sub.example.co.uk',
    "o'brien@example.ie",
    'a@b.cd',
    'x_y-z@xn--bcher-kva.example',
    `${'a'.repeat(64)}@example.com`,
  ])('%s is taken', (given) => {
    expect(sensibleEmail(given)).toBe(given);
  });

  test('loses the blanks around it', () => {
    expect(sensibleEmail(' name@example.com\n')).toBe('name@example.com');
  });

  test.each([
    ['no @', 'name.example.com'],
    ['two @', 'name@other@example.com'],
    ['no dot in the domain', 'name@localhost'],
    ['a blank', 'na me@example.com'],
    ['a line break, which could forge a header', 'name@example.com\nBcc: other@example.com'],
    ['two dots in a row', 'na..me@example.com'],
    ['a dot at the end of its name', 'name.@example.com'],
    ['a display name', 'Name <name@example.com>'],
    ['two addresses', 'one@example.com,two@example.com'],
    ['a label that begins with a dash', 'name@-example.com'],
    ['a one-letter top domain', 'name@example.c'],
    ['a name over 64 characters', `${'a'.repeat(65)}@example.com`],
    ['over 254 characters', `name@${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.example.com`],
    ['nothing', ''],
  ])('with %s is refused', (_why, given) => {
    expect(sensibleEmail(given)).toBeUndefined();
  });
});

describe('the signer of a start', () => {
  const input = { reference: 'r', documents: [{ name: 'a.pdf', content: 'a.pdf' }] };
  const email = 'ada@example.com';
  const phone = '+34600000000';

  test.each([
    [{ phone }, 'BAD_EMAIL', 'signer.email', /no e-mail address/],
    [{ email }, 'BAD_PHONE', 'signer.phone', /no phone/],
    [{ email: 'ada', phone }, 'BAD_EMAIL', 'signer.email', /cannot be used/],
  ])('%j is refused by what is missing or wrong', (signer, code, field, message) => {
    const refused = expect.objectContaining({ code, field, message: expect.stringMatching(message) as string });
    for (const check of [checkSignatureInput, checkEnrolmentInput])
      expect(() => check({ ...input, signer })).toThrow(refused as Error);
  });

  test('may be given in part in a new attempt', () => {
    const again = { reference: 'r', newAttempt: true, signer: { phone } };
    expect(checkSignatureInput(again).signer).toEqual({ phone });
    expect(checkEnrolmentInput(again).signer).toEqual({ phone });
    expect(() => checkSignatureInput({ ...again, signer: { phone: '1' } })).toThrow(/international prefix/);
  });
});
