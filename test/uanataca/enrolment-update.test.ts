import * as fc from 'fast-check';
import { FIELDS_FROM_VIDEO, FIELDS_OF_CREATE, FIELD_WORDS } from '../../src/messages/request-fields.js';
import { DEFAULT_REGISTRATION_AUTHORITY_ASSUMPTIONS as DEFAULTS } from '../../src/uanataca/registration-authority/assumptions.js';
import { type EnrolmentRequest, enrolmentIn } from '../../src/uanataca/registration-authority/enrolment-request.js';
import { updateOf } from '../../src/uanataca/registration-authority/update.js';
import { READ } from './enrolments.js';

function read(more: object = {}): EnrolmentRequest {
  const request = enrolmentIn({ ...READ, ...more });
  if (request === undefined) throw new Error('no request');
  return request;
}

const REQUIRED = {
  scratchcard: '5053349',
  registration_authority: '68',
  profile: 'PFnubeAFCiudadano',
  country_name: 'ES',
  email: 'mail@domain',
  mobile_phone_number: '+34600112233',
  secure_element: '2',
  videoid_mode: 1,
};

test('what is filled in already goes back with what is new, without what the video gave', () => {
  const given = read({ organization_name: 'Ejemplo SL', birth_date: '01/01/1980' });
  expect(updateOf(given, { title: 'Dr.' }, DEFAULTS)).toEqual({
    ...REQUIRED,
    organization_name: 'Ejemplo SL',
    title: 'Dr.',
  });
});

test('the identifying officer is sent with the create, never in an update', () => {
  const given = read({ identification_rao: 1400 });
  for (const updateSendsBack of ['all', 'required', 'all-but-video'] as const) {
    const sent = updateOf(given, { identification_rao: '1401' }, { ...DEFAULTS, updateSendsBack });
    expect(sent).not.toHaveProperty('identification_rao');
  }
});

test('other sides of the assumption', () => {
  const given = read({ organization_name: 'Ejemplo SL' });
  expect(updateOf(given, { title: 'Dr.' }, { ...DEFAULTS, updateSendsBack: 'required' })).toEqual({
    ...REQUIRED,
    title: 'Dr.',
  });
  expect(updateOf(given, {}, { ...DEFAULTS, updateSendsBack: 'all' })).toMatchObject({
    given_name: 'Name',
    surname_1: 'Surname1',
    organization_name: 'Ejemplo SL',
  });
});

test('without videoid_mode, as in the guide, where it is not wanted', () => {
  expect(updateOf(read(), {}, { ...DEFAULTS, videoidModeInUpdate: false })).not.toHaveProperty('videoid_mode');
});

test('where the request does not show a country, it is the assumed one, unless one is given', () => {
  const given = read({ country_name: '' });
  expect(updateOf(given, {}, { ...DEFAULTS, countryName: 'IT' })).toMatchObject({ country_name: 'IT' });
  expect(updateOf(given, { country_name: 'PT' }, DEFAULTS)).toMatchObject({ country_name: 'PT' });
});

function renaming(): unknown {
  return updateOf(read(), { given_name: 'Otra Persona' }, DEFAULTS);
}

describe('fields from the video', () => {
  test('cannot be changed: the error names the field and neither value', () => {
    expect(renaming).toThrow(expect.objectContaining({ code: 'FIELD_FROM_VIDEO', field: 'given_name' }) as Error);
    expect(renaming).not.toThrow(/Otra|Persona|'Name'/);
  });

  test('may be given as they are, in other capitals, which changes nothing', () => {
    expect(updateOf(read(), { given_name: ' NAME ', title: 'Dr.' }, DEFAULTS)).toEqual({ ...REQUIRED, title: 'Dr.' });
  });

  test('may be filled in where the video left them empty', () => {
    const given = read({ serial_number: null });
    expect(updateOf(given, { serial_number: 'A9999999E' }, DEFAULTS)).toMatchObject({ serial_number: 'A9999999E' });
  });

  test('have not come from it before it: then they may be corrected', () => {
    const given = read({ status: 'VIDEOPENDING' });
    expect(updateOf(given, { given_name: 'Ana' }, DEFAULTS)).toMatchObject({ given_name: 'Ana' });
  });
});

test.each(['scratchcard', 'profile', 'registration_authority', 'status', '__proto__', 'toString'])(
  '%s is no field that people fill in',
  (name) => {
    const fields = Object.fromEntries([[name, 'x']]);
    expect(() => updateOf(read(), fields, DEFAULTS)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }) as Error);
  },
);

test('e-mail and phone are corrected like any other field', () => {
  const corrected = { email: 'new@example.com', mobile_phone_number: '+34600999999' };
  expect(updateOf(read(), corrected, DEFAULTS)).toMatchObject(corrected);
});

test('no field is lost, except those from the video and those of the create', () => {
  const names = Object.keys(FIELD_WORDS);
  const filled = fc.dictionary(fc.constantFrom(...names), fc.string({ minLength: 1 }));
  fc.assert(
    fc.property(filled, (fields) => {
      const sent = updateOf(read(fields), {}, DEFAULTS);
      for (const [name, value] of Object.entries(fields)) {
        const kept = !([...FIELDS_FROM_VIDEO, ...FIELDS_OF_CREATE] as readonly string[]).includes(name);
        expect(sent[name]).toBe(kept ? value : undefined);
      }
    }),
  );
});
