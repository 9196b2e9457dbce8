import { ASSUMPTIONS, DEFAULT_ASSUMPTIONS, assumptionsSchema } from '../../src/uanataca/one-shot/assumptions.js';
import {
  DEFAULT_REGISTRATION_AUTHORITY_ASSUMPTIONS,
  REGISTRATION_AUTHORITY_ASSUMPTIONS,
  registrationAuthorityAssumptionsSchema,
} from '../../src/uanataca/registration-authority/assumptions.js';
import { Optimizers } from '../../src/uanataca/one-shot/optimizers.js';

describe.each([
  ['One-Shot', ASSUMPTIONS, assumptionsSchema, DEFAULT_ASSUMPTIONS],
  [
    'the Registration Authority API',
    REGISTRATION_AUTHORITY_ASSUMPTIONS,
    registrationAuthorityAssumptionsSchema,
    DEFAULT_REGISTRATION_AUTHORITY_ASSUMPTIONS,
  ],
] as const)('the assumptions about %s', (_api, list, schema, defaults) => {
  test('say what is assumed, where that is from, and what is so otherwise', () => {
    const names = list.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(Object.keys(schema.shape)));
    expect(new Set(names).size).toBe(names.length);
    for (const { section, text, otherSide } of list) {
      expect(section).toMatch(/^§\d/);
      expect(text).toMatch(/\.$/);
      expect(otherSide).toMatch(/\.$/);
    }
  });

  test('are listed for `doctor` with the defaults that are in force', () => {
    const shown = list.filter((one) => one.default !== undefined).map((one) => [one.name, one.default]);
    expect(Object.fromEntries(shown)).toEqual(defaults);
  });
});

test('an override changes one and leaves the others; an unknown name is an error', () => {
  expect(assumptionsSchema.parse({ raoAsString: false })).toEqual({ ...DEFAULT_ASSUMPTIONS, raoAsString: false });
  expect(assumptionsSchema.safeParse({ raoAsText: false }).success).toBe(false);
  // An empty text would be found in every answer.
  expect(assumptionsSchema.safeParse({ codeNotAcceptedTexts: [''] }).success).toBe(false);
});

describe('one Optimizer per environment', () => {
  const settings = {
    optimizer: 'https://optimizer.example/oneshot/api/v1/',
    env: 'sandbox',
    timeouts: { connect: 1000, answer: 1000, body: 1000 },
    assumptions: DEFAULT_ASSUMPTIONS,
  } as const;

  test('is made once', async () => {
    const optimizers = new Optimizers({ sandbox: settings, production: { ...settings, env: 'prod' } });
    expect(optimizers.of('sandbox').origin).toBe('https://optimizer.example');
    expect(optimizers.of('sandbox')).toBe(optimizers.of('sandbox'));
    expect(optimizers.of('production')).not.toBe(optimizers.of('sandbox'));
    await optimizers.close();
  });

  test.each(['elsewhere', 'toString'])('there is none for %s', (environment) => {
    expect(() => new Optimizers({ sandbox: settings }).of(environment)).toThrow(
      expect.objectContaining({ code: 'BAD_SETTING' }) as Error,
    );
  });
});
