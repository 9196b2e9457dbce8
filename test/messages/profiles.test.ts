import {
  PROFILES,
  VALIDITY_DAYS,
  fieldsToSend,
  isNaturalPerson,
  missingAtStart,
  missingLater,
  profileOf,
} from '../../src/messages/profiles.js';
import { FIELDS_FROM_VIDEO, FIELD_WORDS, isFieldName } from '../../src/messages/request-fields.js';

const BASE = 'id_document_type id_document_country given_name surname_1 mobile_phone_number';

/** §9 as it is written there: names with their secure elements, and the mandatory fields beyond the base. */
const DOCUMENTED: readonly [string, string][] = [
  ['PFSoftAFCiudadano(0) PFnubeAFCiudadano(2) PFnubeQAFCiudadano(2) PFSoftNC(0) PFnubeNC(1,2)', 'email serial_number'],
  ['PFqscdCiudadano(1)', 'email serial_number smartcard_sn'],
  [
    'PFSoftAFEmpresa(0) PFnubeAFEmpresa(2) PFnubeQAFEmpresa(2) PFSoftAFColegiado(0) PFnubeAFColegiado(2) PFnubeQAFColegiado(2)',
    'email organization_country organization_email organization_name organization_tax_number responsible_first_surname responsible_name responsible_serial serial_number title',
  ],
  [
    'PFqscdEmpresa(1) PFqscdColegiado(1)',
    'email organization_country organization_email organization_name organization_tax_number responsible_first_surname responsible_name responsible_serial serial_number smartcard_sn title',
  ],
  [
    'REPsoft(0,2) REPqscd(1) REPnubeQ(2)',
    'citizen_tax_number email organization_country organization_email organization_identifier organization_name responsible_first_surname responsible_name serial_number title',
  ],
  [
    'REPPJsoft(0) REPPJnube(2) REPPJnubeQ(2) REPESPJsoft(0) REPESPJnube(2) REPESPJnubeQ(2)',
    'description email empowerment organization_country organization_email organization_identifier organization_name representation responsible_first_surname responsible_name serial_number title',
  ],
  [
    'REPPJqscd(1) REPESPJqscd(1)',
    'description email empowerment organization_country organization_email organization_identifier organization_name representation responsible_first_surname responsible_name serial_number smartcard_sn title',
  ],
  [
    'EMPUBsoft(0,2) EMPUBnubeQ(2)',
    'email organization_country organization_email organization_name organization_tax_number organizational_unit_1 organizational_unit_2 responsible_first_surname responsible_name responsible_serial serial_number',
  ],
  [
    'EMPUBqscd(1)',
    'email organization_country organization_email organization_name organization_tax_number organizational_unit_1 organizational_unit_2 responsible_first_surname responsible_name responsible_serial serial_number smartcard_sn',
  ],
  [
    'SELLOPJnube(2) SELLOnubeNC(1,2)',
    'description email empowerment organization_country organization_email organization_identifier organization_name process_application representation responsible_first_surname responsible_name responsible_serial serial_number',
  ],
  [
    'SELLOPJsoft(0) SELLOPJnubeQ(2) SELLOsoftNC(0)',
    'email empowerment organization_country organization_email organization_identifier organization_name process_application representation responsible_first_surname responsible_name responsible_serial serial_number',
  ],
  [
    'SELLOPJqscd(1)',
    'email empowerment organization_country organization_email organization_identifier organization_name process_application representation responsible_first_surname responsible_name responsible_serial serial_number smartcard_sn',
  ],
  [
    'SELLOMedio(0,2) SelloOrganoAltoNubeQ(2)',
    'empowerment organization_country organization_email organization_identifier organization_name organizational_unit_1 process_application representation responsible_first_surname responsible_name responsible_serial serial_number',
  ],
  [
    'SELLOAlto(1)',
    'empowerment organization_country organization_email organization_identifier organization_name organizational_unit_1 process_application representation responsible_first_surname responsible_name responsible_serial serial_number smartcard_sn',
  ],
  ['PEPNCiudadano(0,1)', 'email id_document_number'],
  [
    'PEPNPerteneciente(0,1)',
    'email id_responsible_document_country id_responsible_document_type organization_email organization_identifier organization_name responsible_first_surname responsible_name title',
  ],
  ['PEPNRepresentante(0,1)', 'email organization_email organization_identifier organization_name title'],
  [
    'PEPNColegiado(0,1)',
    'email id_responsible_document_country id_responsible_document_type organization_email organization_identifier organization_name organizational_unit_1 organizational_unit_2 responsible_first_surname responsible_name title',
  ],
  [
    'PEFacturacion(0,1)',
    'email organization_city organization_identifier organization_name organizational_unit_1 title',
  ],
  ['PESElectronico(0,1,2)', 'email organization_email organization_identifier organization_name process_application'],
  [
    'REPsoftNC(0,1) REPnubeNC(2)',
    'description email empowerment organization_country organization_email organization_identifier organization_name representation responsible_first_surname responsible_name serial_number',
  ],
];

const EXPECTED = DOCUMENTED.flatMap(([names, fields]) =>
  names.split(' ').map((written) => {
    const [, name = '', elements = ''] = /^(\w+)\(([\d,]+)\)$/.exec(written) ?? [];
    return [name, elements.split(','), [...BASE.split(' '), ...fields.split(' ')].sort()] as const;
  }),
);

test('the catalogue has the documented profiles and no other', () => {
  expect(PROFILES.map(({ name }) => name).sort()).toEqual(EXPECTED.map(([name]) => name).sort());
  expect(VALIDITY_DAYS).toEqual([1, 3, 365, 730, 1095, 1825]);
});

test.each(EXPECTED)('%s: secure elements %j and its mandatory fields', (name, elements, fields) => {
  const profile = profileOf(name);
  expect(profile?.secureElements).toEqual(elements);
  expect([...(profile?.mandatory ?? [])].sort()).toEqual(fields);
});

test('every mandatory field is one that people can fill in, with words for it', () => {
  for (const { mandatory, fixed } of PROFILES) {
    for (const field of [...mandatory, ...Object.keys(fixed)]) expect(isFieldName(field)).toBe(true);
    expect(new Set(mandatory).size).toBe(mandatory.length);
  }
  for (const words of Object.values(FIELD_WORDS)) expect(words).toMatch(/^[a-z].*[^.]$/);
});

test('natural persons are those the provider calls so', () => {
  expect(PROFILES.filter(({ naturalPerson }) => naturalPerson).map(({ name }) => name)).toEqual([
    'PFSoftAFCiudadano',
    'PFqscdCiudadano',
    'PFnubeAFCiudadano',
    'PFnubeQAFCiudadano',
    'PEPNCiudadano',
    'PFSoftNC',
    'PFnubeNC',
  ]);
  expect(isNaturalPerson('PFnubeQAFEmpresa')).toBe(false);
  expect(isNaturalPerson('PFnew')).toBeUndefined();
});

const CONTACT = { email: 'ana.ejemplo@example.com', mobile_phone_number: '+34600123123' };

describe('what must be there at the start', () => {
  test('nothing that the video gives, for any profile', () => {
    for (const { name } of PROFILES) {
      const asked = [...missingAtStart(name, {}), ...missingLater(name, {})];
      for (const field of FIELDS_FROM_VIDEO) expect(asked).not.toContain(field);
    }
  });

  test('e-mail and phone always, a blank one counting as none', () => {
    for (const name of [...PROFILES.map((profile) => profile.name), 'PFnew']) {
      expect(missingAtStart(name, {})).toEqual(expect.arrayContaining(Object.keys(CONTACT)));
    }
    expect(missingAtStart('PFnubeNC', { ...CONTACT, email: ' ' })).toEqual(['email']);
  });

  test('of a natural person everything else too, because nothing can be added after the video', () => {
    expect(missingAtStart('PFnubeQAFCiudadano', CONTACT)).toEqual([]);
    expect(missingAtStart('PFqscdCiudadano', CONTACT)).toEqual(['smartcard_sn']);
    expect(missingLater('PFqscdCiudadano', CONTACT)).toEqual([]);
  });

  test('of the others no more: the rest may be given then, or is asked for later', () => {
    expect(missingAtStart('PFnubeQAFEmpresa', CONTACT)).toEqual([]);
    const later = missingLater('PFnubeQAFEmpresa', CONTACT);
    expect([...later].sort()).toEqual([
      'organization_country',
      'organization_email',
      'organization_name',
      'organization_tax_number',
      'responsible_first_surname',
      'responsible_name',
      'responsible_serial',
      'title',
    ]);
    const given = Object.fromEntries(later.map((field) => [field, 'given']));
    expect(missingLater('PFnubeQAFEmpresa', { ...given, title: '' })).toEqual(['title']);
    expect(missingLater('PFnubeQAFEmpresa', given)).toEqual([]);
  });

  test('of a profile that is not documented nothing else is known', () => {
    expect(missingAtStart('PFnew', CONTACT)).toEqual([]);
    expect(missingLater('PFnew', CONTACT)).toEqual([]);
  });
});

test('a field that can have but one value is filled in and never asked for', () => {
  expect(fieldsToSend('SELLOMedio', { title: 'x' })).toEqual({
    title: 'x',
    organizational_unit_1: 'SELLO ELECTRONICO',
  });
  expect(missingLater('SELLOMedio', CONTACT)).not.toContain('organizational_unit_1');
  expect(fieldsToSend('EMPUBnubeQ', {})).toEqual({
    organizational_unit_1: 'CERTIFICADO ELECTRONICO DE EMPLEADO PUBLICO',
  });
  expect(missingLater('EMPUBnubeQ', CONTACT)).not.toContain('organizational_unit_1');
  expect(missingLater('EMPUBnubeQ', CONTACT)).toContain('organizational_unit_2');
  expect(missingLater('PEFacturacion', CONTACT)).toContain('organizational_unit_1');
});
