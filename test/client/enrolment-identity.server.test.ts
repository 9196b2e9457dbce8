import { createReadStream } from 'node:fs';
import type { EnrolmentInput } from '../../src/client.js';
import type { OutcomeKind } from '../../src/messages/outcome.js';
import { NATURAL_PERSON, openEnrolmentPlace, ORGANISATION } from './enrolment-place.js';
import { OTHER_SAMPLE, type Place, SAMPLE } from './place.js';
import { connectServer, type Server } from './server.js';

const OF = { flow: 'enrolment' } as const;

let server: Server;
let place: Place;
beforeAll(async () => {
  server = await connectServer();
  place = await openEnrolmentPlace(server.settings);
});
afterAll(async () => {
  await place.close();
  await server.close();
});

let count = 0;
const input = (change: Partial<EnrolmentInput> = {}): EnrolmentInput => ({
  reference: `enrolment-${(count += 1)}-${process.pid}`,
  ...NATURAL_PERSON,
  profile: ORGANISATION,
  fields: { title: 'Director', organization_country: 'es' },
  documents: [{ name: 'deed.pdf', content: SAMPLE }],
  ...change,
});

/** Does what the last activity of a request does. */
async function recordEnd(reference: string, outcome: OutcomeKind): Promise<void> {
  await place.archive.recordOutcome(
    { ...OF, reference, attempt: 1 },
    {
      outcome,
      reference,
      attempt: 1,
      reason: 'for-the-test',
      actor: { kind: 'operator' },
      at: '2026-01-01T00:00:00.000Z',
      cleanup: 'none',
      documents: [],
      durations: {},
    },
  );
}

test('a start makes an enrolment workflow that knows neither signer, fields nor document names', async () => {
  const wanted = input({ untilIssued: true });
  await expect(place.client.startEnrolment(wanted)).resolves.toEqual({
    reference: wanted.reference,
    attempt: 1,
    workflowId: `enrolment-${wanted.reference}`,
    state: 'started',
  });
  const argument = await server.argumentOf(`enrolment-${wanted.reference}`, place.config);
  expect(argument).toMatchObject({ profile: ORGANISATION, untilIssued: true, preauthLink: false, refuseVideo: false });
  expect(JSON.stringify(argument)).not.toMatch(/example\.com|600000000|deed|Director|title/);
});

test('missing values come from profile and settings, and are stored with the request', async () => {
  const wanted = input({ fields: undefined, documents: undefined, profile: undefined });
  await place.client.startEnrolment(wanted);
  await expect(place.archive.readRequest({ ...OF, reference: wanted.reference, attempt: 1 })).resolves.toMatchObject({
    profile: 'PFnubeQAFCiudadano',
    documents: [],
    enrolment: { secureElement: '2', validityTime: '730', fields: {}, untilIssued: false, preauthLink: false },
  });
});

test('fields with but one value are filled in', async () => {
  const wanted = input({ profile: 'SELLOAlto', fields: undefined });
  await place.client.startEnrolment(wanted);
  const { enrolment } = await place.archive.readRequest({ ...OF, reference: wanted.reference, attempt: 1 });
  expect(enrolment?.fields).toEqual({ organizational_unit_1: 'SELLO ELECTRONICO' });
});

test('the same start again finds the running enrolment, however the input is written', async () => {
  const wanted = input();
  await place.client.startEnrolment(wanted);
  const before = place.archived();
  const again = {
    ...wanted,
    secureElement: '2',
    validityTime: 730,
    untilIssued: false,
    fields: { organization_country: ' ES ', title: ' Director ' },
  } as const;
  await expect(place.client.startEnrolment(again)).resolves.toMatchObject({ attempt: 1, state: 'running' });
  expect(place.archived()).toEqual(before);
});

test.each<[string, Partial<EnrolmentInput>]>([
  ['another phone', { signer: { email: 'signer@example.com', phone: '+34600000001' } }],
  ['another profile', { profile: 'PFnubeAFEmpresa' }],
  ['another validity', { validityTime: 365 }],
  ['another field', { fields: { title: 'Director' } }],
  ['another value', { fields: { title: 'Owner', organization_country: 'ES' } }],
  ['another document', { documents: [{ name: 'deed.pdf', content: OTHER_SAMPLE }] }],
  ['no document', { documents: undefined }],
  ['another end', { untilIssued: true }],
])('%s under the same reference is refused, and changes nothing', async (_why, change) => {
  const wanted = input();
  await place.client.startEnrolment(wanted);
  const before = place.archived();
  await expect(place.client.startEnrolment({ ...wanted, ...change })).rejects.toMatchObject({
    code: 'REFERENCE_TAKEN',
    facts: { attempt: 1 },
  });
  expect(place.archived()).toEqual(before);
});

test('a signature request may have the same reference, and is another request', async () => {
  const wanted = input();
  const { reference } = wanted;
  await place.client.startEnrolment(wanted);
  const { signer } = NATURAL_PERSON;
  const documents = [{ name: 'agreement.pdf', content: SAMPLE }];
  const started = await place.client.start({ reference, registrationAuthority: '140', signer, documents });
  expect(started).toMatchObject({ attempt: 1, workflowId: `signature-${reference}`, state: 'started' });
  await expect(place.client.documents(reference)).resolves.toMatchObject([{ name: 'agreement.pdf' }]);
  await expect(place.client.documents(reference, OF)).resolves.toMatchObject([{ name: 'deed.pdf' }]);
});

test('a new attempt takes over what was given at start and what was provided later', async () => {
  const wanted = input({ validityTime: 365, untilIssued: true });
  const { reference } = wanted;
  await place.client.startEnrolment(wanted);
  const first = { ...OF, reference, attempt: 1 };
  const stored = await place.archive.storeFile(first, { kind: 'supplied', index: 1 }, createReadStream(OTHER_SAMPLE));
  const documents = [{ file: 1, name: 'power.pdf', ...stored }];
  await place.archive.addSupplement(first, { fields: { title: 'Owner', given_name: 'NORA' }, documents });
  await recordEnd(reference, 'refused');
  await expect(place.client.startEnrolment({ reference, newAttempt: true })).resolves.toMatchObject({
    attempt: 2,
    workflowId: `enrolment-${reference}~2`,
    state: 'started',
  });
  const second = await place.archive.readRequest({ ...OF, reference, attempt: 2 });
  expect(second.enrolment).toMatchObject({
    validityTime: '365',
    untilIssued: true,
    fields: { title: 'Owner', organization_country: 'ES' },
  });
  expect(second.enrolment?.fields).not.toHaveProperty('given_name');
  expect(second.documents.map(({ name }) => name)).toEqual(['deed.pdf', 'power.pdf']);
  // A repeated call, because its answer was lost, finds its own result.
  await expect(place.client.startEnrolment({ reference, newAttempt: true })).resolves.toMatchObject({
    attempt: 2,
    state: 'running',
  });
});

test('after the end enrolled there is no new attempt', async () => {
  const wanted = input();
  await place.client.startEnrolment(wanted);
  await recordEnd(wanted.reference, 'enrolled');
  await expect(place.client.startEnrolment({ reference: wanted.reference, newAttempt: true })).rejects.toMatchObject({
    code: 'ATTEMPT_NOT_ALLOWED',
    facts: { outcome: 'enrolled' },
  });
  await expect(place.client.startEnrolment(wanted)).resolves.toMatchObject({ state: 'ended' });
});
