import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { StartInput } from '../../src/client.js';
import { VideoIdError } from '../../src/messages/failures.js';
import { plainPdf } from '../signatures/pdf-writer.js';
import { OTHER_SAMPLE, openPlace, type Place, SAMPLE } from './place.js';

// Nothing listens there. A start that gets this far fails with TEMPORAL_UNREACHABLE.
const NO_TEMPORAL = { address: '127.0.0.1:1' };

let place: Place;
beforeAll(async () => {
  place = await openPlace(NO_TEMPORAL, (settings) => {
    settings.documents = { maximumBytes: 100_000 };
  });
});
afterAll(() => place.close());

const agreement = { name: 'agreement.pdf', content: SAMPLE };
const annex = { name: 'annex.pdf', content: OTHER_SAMPLE };
const good: StartInput = {
  reference: 'refused-1',
  registrationAuthority: '139',
  signer: { email: 'signer@example.com', phone: '+34600000000' },
  documents: [agreement, annex],
};

/** Values that a caller without types may send. */
const untyped = (input: object): StartInput => input as StartInput;
const pdf = (): string => readFileSync(SAMPLE, 'latin1');

const pairs = (count: number, value: string): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_none, at) => [`name-${at}`, value]));

const CERTIFICATION = '<< /Reference [<< /TransformMethod /DocMDP /TransformParams << /P 1 >> >>] >>';

const authorityRefused = ['UNKNOWN_REGISTRATION_AUTHORITY', 'registrationAuthority'] as const;

const refusals: [why: string, code: string, field: string | undefined, input: () => StartInput][] = [
  ['a slash in the reference', 'BAD_REFERENCE', 'reference', () => ({ ...good, reference: 'a/b' })],
  ['a reference that leaves the archive', 'BAD_REFERENCE', 'reference', () => ({ ...good, reference: '..' })],
  ['a blank in the reference', 'BAD_REFERENCE', 'reference', () => ({ ...good, reference: 'a b' })],
  ['the mark of later attempts', 'BAD_REFERENCE', 'reference', () => ({ ...good, reference: 'order~2' })],
  ['an umlaut in the reference', 'BAD_REFERENCE', 'reference', () => ({ ...good, reference: 'größe' })],
  ['an empty reference', 'BAD_REFERENCE', 'reference', () => ({ ...good, reference: '' })],
  ['a reference of 65 characters', 'BAD_REFERENCE', 'reference', () => ({ ...good, reference: 'r'.repeat(65) })],
  ['no reference', 'BAD_REFERENCE', 'reference', () => untyped({ ...good, reference: undefined })],
  ['a bad e-mail', 'BAD_EMAIL', 'signer.email', () => withSigner({ email: 'signer@example' })],
  ['no e-mail', 'BAD_EMAIL', 'signer.email', () => untyped({ ...good, signer: { phone: '+34600000000' } })],
  ['a phone without prefix', 'BAD_PHONE', 'signer.phone', () => withSigner({ phone: '600000000' })],
  ['no phone', 'BAD_PHONE', 'signer.phone', () => untyped({ ...good, signer: { email: 'signer@example.com' } })],
  ['no signer', 'BAD_INPUT', 'signer', () => ({ ...good, signer: undefined })],
  ['a field nobody knows', 'BAD_INPUT', 'deadline', () => untyped({ ...good, deadline: 5 })],
  ['metadata that is a list', 'BAD_INPUT', 'metadata', () => untyped({ ...good, metadata: ['x'] })],
  ['metadata with a number', 'BAD_INPUT', 'metadata.customer', () => untyped({ ...good, metadata: { customer: 17 } })],
  ['metadata with a blank name', 'BAD_INPUT', 'metadata', () => ({ ...good, metadata: { 'a b': 'x' } })],
  ['metadata with a long name', 'BAD_INPUT', 'metadata', () => ({ ...good, metadata: { ['n'.repeat(41)]: 'x' } })],
  [
    'metadata with __proto__',
    'BAD_INPUT',
    'metadata',
    () => untyped({ ...good, metadata: JSON.parse('{"__proto__":"x"}') }),
  ],
  ['metadata with a line break', 'BAD_INPUT', 'metadata.note', () => ({ ...good, metadata: { note: 'a\nb' } })],
  ['metadata with half a character', 'BAD_INPUT', 'metadata.note', () => ({ ...good, metadata: { note: '\ud800' } })],
  [
    'metadata with a long value',
    'BAD_INPUT',
    'metadata.note',
    () => ({ ...good, metadata: { note: 'x'.repeat(201) } }),
  ],
  ['too many names of metadata', 'BAD_INPUT', 'metadata', () => ({ ...good, metadata: pairs(17, 'x') })],
  ['too much metadata', 'BAD_INPUT', 'metadata', () => ({ ...good, metadata: pairs(16, 'ü'.repeat(100)) })],
  ['input that is no object', 'BAD_INPUT', undefined, () => untyped(['x'])],
  ['an unknown registration authority', ...authorityRefused, () => ({ ...good, registrationAuthority: '140' })],
  [
    'a registration authority of the prototype',
    ...authorityRefused,
    () => ({ ...good, registrationAuthority: 'constructor' }),
  ],
  ['an unknown profile', 'UNKNOWN_PROFILE', 'profile', () => ({ ...good, profile: 'ThirdProfile' })],
  [
    'an unknown policy value',
    'BAD_INPUT',
    'policy.deadlines.vidoe',
    () => untyped({ ...good, policy: { deadlines: { vidoe: 5 } } }),
  ],
  [
    'a deadline that nobody lives to see',
    'BAD_INPUT',
    'policy.deadlines.video',
    () => ({ ...good, policy: { deadlines: { video: '99999999d' } } }),
  ],
  [
    'a pace that floods the provider',
    'BAD_INPUT',
    'policy.watch.gap',
    () => ({ ...good, policy: { watch: { gap: 1, slow: 1 } } }),
  ],
  [
    'a verification reason that the settings do not let pass',
    'BAD_INPUT',
    'policy.mayPass[0]',
    () => ({ ...good, policy: { mayPass: ['content-rewritten'] } }),
  ],
  [
    'other rules for signatures than those of the settings',
    'BAD_INPUT',
    'policy.verification',
    () => ({ ...good, policy: { verification: { contractSigners: { others: 9 } } } }),
  ],
  [
    'larger files than the settings allow',
    'BAD_INPUT',
    'policy.download',
    () => ({ ...good, policy: { download: { maximumGrowth: '400MB' } } }),
  ],
  [
    'an acceptance that may be older than the settings say',
    'BAD_INPUT',
    'policy.acceptance.maximumAge',
    () => ({ ...good, policy: { acceptance: { maximumAge: '300d' } } }),
  ],
  [
    'a policy value of the wrong form',
    'BAD_INPUT',
    'policy.deadlines.video',
    () => ({ ...good, policy: { deadlines: { video: 'soon' } } }),
  ],
  ['no document', 'NO_DOCUMENT', 'documents', () => withDocuments()],
  ['documents left out', 'NO_DOCUMENT', 'documents', () => ({ ...good, documents: undefined })],
  ['eleven documents', 'TOO_MANY_DOCUMENTS', 'documents', () => withDocuments(...numbered(11))],
  ['two with the same name', 'DUPLICATE_DOCUMENT_NAME', 'documents[1].name', () => withDocuments(agreement, agreement)],
  [
    'two names that differ in capitals',
    'DUPLICATE_DOCUMENT_NAME',
    'documents[2].name',
    () => withDocuments(agreement, annex, { ...annex, name: 'Agreement.PDF' }),
  ],
  [
    'a path as name',
    'BAD_DOCUMENT_NAME',
    'documents[1].name',
    () => withDocuments(agreement, { ...annex, name: '../annex.pdf' }),
  ],
  ['an empty name', 'BAD_DOCUMENT_NAME', 'documents[0].name', () => withDocuments({ ...annex, name: '' })],
  [
    'a file that is not there',
    'DOCUMENT_NOT_FOUND',
    'documents[1]',
    () => withDocuments(agreement, { ...annex, content: 'nowhere.pdf' }),
  ],
  ['a directory', 'DOCUMENT_NOT_FOUND', 'documents[0]', () => withDocuments({ ...annex, content: 'samples' })],
  [
    'an empty file',
    'DOCUMENT_EMPTY',
    'documents[1]',
    () => withDocuments(agreement, { ...annex, content: place.file('empty.pdf', '') }),
  ],
  [
    'a file over the size',
    'DOCUMENT_TOO_LARGE',
    'documents[1]',
    () => withDocuments(agreement, { ...annex, content: place.file('large.pdf', 'x'.repeat(100_001)) }),
  ],
  [
    'bytes over the size',
    'DOCUMENT_TOO_LARGE',
    'documents[0]',
    () => withDocuments({ ...annex, content: Buffer.alloc(100_001) }),
  ],
  [
    'a stream without end',
    'DOCUMENT_TOO_LARGE',
    'documents[0]',
    () => withDocuments({ ...annex, content: Readable.from(endless()) }),
  ],
  [
    'a text file',
    'NOT_A_PDF',
    'documents[1]',
    () => withDocuments(agreement, { ...annex, content: Buffer.from('no PDF at all') }),
  ],
  [
    'half a PDF',
    'PDF_TRUNCATED',
    'documents[0]',
    () => withDocuments({ ...annex, content: Buffer.from(pdf().slice(0, pdf().length / 2), 'latin1') }),
  ],
  [
    'an encrypted PDF',
    'PDF_ENCRYPTED',
    'documents[0]',
    () => withDocuments({ ...annex, content: Buffer.from(encrypted(), 'latin1') }),
  ],
  [
    'a PDF with a line before its header',
    'PDF_BYTES_BEFORE_HEADER',
    'documents[1]',
    () => withDocuments(agreement, { ...annex, content: Buffer.from(`\n${pdf()}`, 'latin1') }),
  ],
  [
    'a PDF without its page',
    'PDF_DAMAGED',
    'documents[0]',
    () => withDocuments({ ...annex, content: plainPdf().object(3, '7').table('/Root 1 0 R').bytes }),
  ],
  [
    'a PDF that takes too much to read',
    'PDF_TOO_COMPLEX',
    'documents[0]',
    () => withDocuments({ ...annex, content: plainPdf(`/A ${'['.repeat(99)}`).table('/Root 1 0 R').bytes }),
  ],
  [
    'a PDF certified against any change',
    'PDF_CERTIFIED',
    'documents[0]',
    () =>
      withDocuments({
        ...annex,
        content: plainPdf(`/Perms << /DocMDP ${CERTIFICATION} >>`).table('/Root 1 0 R').bytes,
      }),
  ],
  ['a new attempt under a new reference', 'ATTEMPT_NOT_ALLOWED', 'newAttempt', () => ({ ...good, newAttempt: true })],
];

test.each(refusals)('%s is refused with %s, and nothing is left behind', async (_why, code, field, input) => {
  const before = place.archived();
  const refused = await place.client.start(input()).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(VideoIdError);
  expect(refused).toMatchObject({ code, field });
  expect((refused as VideoIdError).remedy).toMatch(/\S/);
  expect(place.archived()).toEqual(before);
});

test('a refusal repeats nothing that was given', async () => {
  const secret = 'Xk7-canary-9qLw3ZtB5vRn8s';
  const inputs: StartInput[] = [
    withSigner({ email: `${secret}@` }),
    withSigner({ phone: secret }),
    withDocuments({ name: `${secret}/`, content: SAMPLE }),
    withDocuments({ name: 'a.pdf', content: `/nowhere/${secret}` }),
    { ...good, reference: `${secret} ` },
  ];
  for (const input of inputs) {
    const refused: unknown = await place.client.start(input).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(VideoIdError);
    expect(JSON.stringify(refused)).not.toContain(secret);
  }
});

test('a stream that breaks off leaves nothing behind, and its error is passed on unchanged', async () => {
  const before = place.archived();
  const trouble = new Error('the sender is gone');
  const broken = Readable.from(
    (async function* () {
      yield Buffer.from('%PDF-1.7');
      throw trouble;
    })(),
  );
  await expect(place.client.start(withDocuments({ name: 'a.pdf', content: broken }))).rejects.toBe(trouble);
  expect(place.archived()).toEqual(before);
});

test('streams that were not read are closed', async () => {
  const stream = Readable.from(endless());
  await expect(
    place.client.start({ ...withDocuments({ name: 'a.pdf', content: stream }), profile: 'none' }),
  ).rejects.toThrow(VideoIdError);
  expect(stream.destroyed).toBe(true);
});

test('with several registration authorities one must be named', async () => {
  const other = await openPlace(NO_TEMPORAL, (settings) => {
    settings.registrationAuthorities['140'] = { environment: 'test', profiles: ['FirstProfile'] };
  });
  const refused = await other.client
    .start({ ...good, registrationAuthority: undefined })
    .catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'UNKNOWN_REGISTRATION_AUTHORITY', field: 'registrationAuthority' });
  await other.close();
});

test('below the free-space reserve nothing is started', async () => {
  const full = await openPlace(NO_TEMPORAL, (settings) => {
    settings.archive.reserve = Number.MAX_SAFE_INTEGER;
  });
  const before = full.archived();
  await expect(full.client.start(good)).rejects.toMatchObject({ code: 'ARCHIVE_FULL' });
  expect(full.archived()).toEqual(before);
  await full.close();
});

function withSigner(change: { email?: string; phone?: string }): StartInput {
  return { ...good, signer: { email: 'signer@example.com', phone: '+34600000000', ...change } };
}

function withDocuments(...documents: NonNullable<StartInput['documents']>): StartInput {
  return { ...good, documents };
}

function numbered(count: number): NonNullable<StartInput['documents']> {
  return Array.from({ length: count }, (_, at) => ({ name: `${at}.pdf`, content: SAMPLE }));
}

async function* endless(): AsyncGenerator<Buffer> {
  for (;;) yield Buffer.alloc(16_384);
}

/** The sample with an encryption dictionary in its trailer. */
function encrypted(): string {
  return pdf().replace(/trailer\s*<</, (trailer) => `${trailer} /Encrypt 1 0 R`);
}
