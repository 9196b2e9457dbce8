import type { EnrolmentInput } from '../../src/client.js';
import { VideoIdError } from '../../src/messages/failures.js';
import { plainPdf } from '../signatures/pdf-writer.js';
import { NATURAL_PERSON, openEnrolmentPlace, ORGANISATION } from './enrolment-place.js';
import { OTHER_SAMPLE, type Place, SAMPLE } from './place.js';

// Nothing listens there. A start that gets this far fails with TEMPORAL_UNREACHABLE.
const NO_TEMPORAL = { address: '127.0.0.1:1' };

let place: Place;
beforeAll(async () => {
  place = await openEnrolmentPlace(NO_TEMPORAL);
});
afterAll(() => place.close());

const good: EnrolmentInput = { reference: 'refused-1', ...NATURAL_PERSON };
const deed = { name: 'deed.pdf', content: SAMPLE };

/** Values that a caller without types may send. */
const untyped = (input: object): EnrolmentInput => input as EnrolmentInput;
const organisation = (fields: object): EnrolmentInput => untyped({ ...good, profile: ORGANISATION, fields });

const refusals: [why: string, code: string, field: string | undefined, input: () => EnrolmentInput][] = [
  ['a slash in the reference', 'BAD_REFERENCE', 'reference', () => ({ ...good, reference: 'a/b' })],
  ['no signer', 'BAD_INPUT', 'signer', () => untyped({ ...good, signer: undefined })],
  ['a bad e-mail', 'BAD_EMAIL', 'signer.email', () => ({ ...good, signer: { email: 'x', phone: '+34600000000' } })],
  ['a phone without prefix', 'BAD_PHONE', 'signer.phone', () => ({ ...good, signer: { email: 'a@b.es', phone: '6' } })],
  ['a field nobody knows', 'BAD_INPUT', 'deadline', () => untyped({ ...good, deadline: 5 })],
  [
    'no registration authority, where two make enrolments',
    'UNKNOWN_REGISTRATION_AUTHORITY',
    'registrationAuthority',
    () => ({ ...good, registrationAuthority: undefined }),
  ],
  [
    'a registration authority that makes no enrolments',
    'UNKNOWN_REGISTRATION_AUTHORITY',
    'registrationAuthority',
    () => ({ ...good, registrationAuthority: '140' }),
  ],
  ['a profile that is not documented', 'UNKNOWN_PROFILE', 'profile', () => ({ ...good, profile: 'PFnubeQAFPerro' })],
  ['a profile of the prototype', 'UNKNOWN_PROFILE', 'profile', () => ({ ...good, profile: 'constructor' })],
  [
    'a text as unknown profile',
    'UNKNOWN_PROFILE',
    'profile',
    () => ({ ...good, registrationAuthority: '141', profile: 'two words' }),
  ],
  [
    'an unknown profile without secure element',
    'BAD_INPUT',
    'secureElement',
    () => ({ ...good, registrationAuthority: '141' }),
  ],
  ['a secure element the profile has not', 'BAD_INPUT', 'secureElement', () => ({ ...good, secureElement: '1' })],
  ['a secure element there is not', 'BAD_INPUT', 'secureElement', () => untyped({ ...good, secureElement: '3' })],
  ['an open secure element', 'BAD_INPUT', 'secureElement', () => ({ ...good, profile: 'REPsoft' })],
  ['a validity nobody lists', 'BAD_INPUT', 'validityTime', () => untyped({ ...good, validityTime: 500 })],
  ['a validity as text', 'BAD_INPUT', 'validityTime', () => untyped({ ...good, validityTime: '730' })],
  ['a field the provider has not', 'BAD_INPUT', 'fields.shoe_size', () => organisation({ shoe_size: '42' })],
  ['a field of the prototype', 'BAD_INPUT', 'fields.constructor', () => organisation({ constructor: 'x' })],
  ['a field that is no text', 'BAD_INPUT', 'fields.title', () => organisation({ title: 5 })],
  [
    'a name, which the video gives',
    'FIELD_FROM_VIDEO',
    'fields.given_name',
    () => organisation({ given_name: 'Nora' }),
  ],
  [
    'a number, which the video gives',
    'FIELD_FROM_VIDEO',
    'fields.serial_number',
    () => organisation({ serial_number: '1' }),
  ],
  ['the signer’s e-mail twice', 'BAD_INPUT', 'fields.email', () => organisation({ email: 'a@example.com' })],
  [
    'an officer who identifies, and is no number',
    'BAD_INPUT',
    'fields.identification_rao',
    () => organisation({ identification_rao: 'ada' }),
  ],
  ['an empty value', 'BAD_INPUT', 'fields.title', () => organisation({ title: '  ' })],
  ['a value of two lines', 'BAD_INPUT', 'fields.title', () => organisation({ title: 'a\nb' })],
  [
    'a country in words',
    'BAD_INPUT',
    'fields.organization_country',
    () => organisation({ organization_country: 'Spain' }),
  ],
  [
    'a bad e-mail of the organisation',
    'BAD_EMAIL',
    'fields.organization_email',
    () => organisation({ organization_email: 'x' }),
  ],
  [
    'another value where the profile knows but one',
    'BAD_INPUT',
    'fields.organizational_unit_1',
    () => ({ ...good, profile: 'SELLOAlto', fields: { organizational_unit_1: 'SELLO' } }),
  ],
  [
    'a natural person without what no video gives',
    'FIELDS_MISSING',
    'fields.smartcard_sn',
    () => ({ ...good, profile: 'PFqscdCiudadano' }),
  ],
  ['a document that is no PDF', 'NOT_A_PDF', 'documents[0]', () => withDocuments({ ...deed, content: 'package.json' })],
  [
    'two of the same name',
    'DUPLICATE_DOCUMENT_NAME',
    'documents[1].name',
    () => withDocuments(deed, { ...deed, content: OTHER_SAMPLE }),
  ],
  ['eleven documents', 'TOO_MANY_DOCUMENTS', 'documents', () => withDocuments(...numbered(11))],
  ['a new attempt under a new reference', 'ATTEMPT_NOT_ALLOWED', 'newAttempt', () => ({ ...good, newAttempt: true })],
];

test.each(refusals)('%s is refused with %s, and nothing is left behind', async (_why, code, field, input) => {
  const before = place.archived();
  const refused = await place.client.startEnrolment(input()).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(VideoIdError);
  expect(refused).toMatchObject({ code, field });
  expect((refused as VideoIdError).message).not.toMatch(/Nora|Spain|42|a@example/);
  expect(place.archived()).toEqual(before);
});

test('fields from the video may be left out, and for an organisation those that can be provided later', async () => {
  const taken: Partial<EnrolmentInput>[] = [
    {},
    { profile: ORGANISATION },
    { profile: 'PFqscdCiudadano', fields: { smartcard_sn: '123' } },
    { registrationAuthority: '141', secureElement: '2' },
    // A field of create, for when one officer identifies and another approves (§8.2).
    { fields: { identification_rao: '1400' } },
  ];
  const starts = taken.map((more, at) => place.client.startEnrolment({ ...good, ...more, reference: `taken-${at}` }));
  // It is recorded before Temporal is asked.
  for (const [at, { reason }] of (await refusedOf(starts)).entries()) {
    expect(reason).toMatchObject({ code: 'TEMPORAL_UNREACHABLE', facts: { reference: `taken-${at}` } });
  }
});

test('evidence may be certified against any change, for nobody signs it', async () => {
  const certification = '<< /Reference [<< /TransformMethod /DocMDP /TransformParams << /P 1 >> >>] >>';
  const content = plainPdf(`/Perms << /DocMDP ${certification} >>`).table('/Root 1 0 R').bytes;
  const start = { ...withDocuments({ name: 'deed.pdf', content }), reference: 'certified' };
  await expect(place.client.startEnrolment(start)).rejects.toMatchObject({ code: 'TEMPORAL_UNREACHABLE' });
});

async function refusedOf(starts: Promise<unknown>[]): Promise<PromiseRejectedResult[]> {
  const all = await Promise.allSettled(starts);
  expect(all.map(({ status }) => status)).toEqual(starts.map(() => 'rejected'));
  return all.filter((each) => each.status === 'rejected');
}

function withDocuments(...documents: Exclude<EnrolmentInput['documents'], undefined>): EnrolmentInput {
  return { ...good, profile: ORGANISATION, documents };
}

function numbered(count: number) {
  return Array.from({ length: count }, (_, at) => ({ name: `${at}.pdf`, content: SAMPLE }));
}
