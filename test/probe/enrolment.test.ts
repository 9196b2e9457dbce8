import { readFile } from 'node:fs/promises';
import { REGISTRATION_AUTHORITY_ASSUMPTIONS } from '../../src/uanataca/registration-authority/assumptions.js';
import { EnrolmentPlace, LOGIN, SIGNER } from './enrolment-place.js';

let place: EnrolmentPlace;

beforeAll(async () => {
  place = await EnrolmentPlace.start();
});
beforeEach(() => place.behaves({ updateLeavesOut: 'emptied' }));
afterAll(() => place.close());

/** What no assumption of a whole run is about, or what one run cannot see. */
const NOT_SEEN = ['status503IsUnknownOnWrites', 'answersAreJson', 'noScratchcardTexts'];

test('a profile of an organisation: everything that one run can see is confirmed', async () => {
  const { file, finding, settings } = await place.probe();
  expect(file.steps.map(({ name, end }) => [name, end])).toEqual(STEPS.map((name) => [name, 'done']));
  expect(file.findings.filter(({ verdict }) => verdict === 'contradicted')).toEqual([]);
  expect(file.findings.filter(({ verdict }) => verdict === 'not-seen').map(({ assumption }) => assumption)).toEqual(
    NOT_SEEN,
  );
  expect(file.findings.map(({ assumption }) => assumption)).toEqual(
    REGISTRATION_AUTHORITY_ASSUMPTIONS.map(({ name }) => name),
  );
  expect(finding('updateSendsBack').setting).toBe('all-but-video');
  expect(settings).toEqual({ environments: { tried: { probe: expect.stringContaining('probe-') as string } } });
});

test('a natural person: validation leads to ENROLLREADY, and nothing is approved', async () => {
  const { file, finding } = await place.probe({ profile: 'PFnubeQAFCiudadano' });
  expect(file.steps.filter(({ end }) => end === 'skipped').map(({ name }) => name)).toEqual([
    'fields',
    'evidence',
    'approve',
  ]);
  expect(file.steps.some(({ end }) => end === 'failed')).toBe(false);
  expect(file.notes).toContainEqual({ step: 'validation', name: 'landed', value: 'ENROLLREADY' });
  expect(file.exchanges.some(({ occasion }) => occasion.startsWith('approve'))).toBe(false);
  for (const name of ['raoAsString', 'contractFrom', 'requestHasOneScratchcard', 'statusIsLive', 'linkGoesByMail'])
    expect(finding(name).verdict).toBe('confirmed');
  for (const name of ['updateSendsBack', 'evidenceMethod', 'receiptInApprove', 'scratchcardKeepsItsSecrets'])
    expect(finding(name).verdict).toBe('not-seen');
});

test('only one request is made if nothing else is wanted, and a person may approve in the console', async () => {
  const { file } = await place.probe({ officer: undefined }, { others: false });
  expect(file.steps.filter(({ end }) => end === 'skipped').map(({ name }) => name)).toEqual([
    'paperwork',
    'second-create',
    'second',
  ]);
  expect(file.steps.some(({ end }) => end === 'failed')).toBe(false);
  expect(file.notes).toContainEqual({ step: 'approve', name: 'decided', value: 'in the console' });
});

test('in production, nothing is tried that only a probe needs', async () => {
  const { file } = await place.probe({}, { config: place.config({ env: 'prod' }), others: false });
  expect(file.steps.filter(({ end }) => end === 'failed')).toEqual([]);
  const tried = file.exchanges.map(({ occasion }) => occasion);
  const notNeeded = 'create-again update-required update-without-mode update-from-video update-late';
  for (const occasion of `${notNeeded} evidence-put evidence-again evidence-no-pdf`.split(' '))
    expect(tried).not.toContain(occasion);
  expect(tried.filter((occasion) => occasion === 'create')).toHaveLength(1);
});

test('what the settings allow is tried too: the link, and a refusal in an officer’s name', async () => {
  const config = place.config({ enrolment: { preauthLink: true, refuseVideo: true } });
  const { file } = await place.probe({}, { config });
  const outcomes = (occasion: string) =>
    file.exchanges.filter((each) => each.occasion === occasion).map(({ outcome }) => outcome?.result ?? outcome?.code);
  expect(outcomes('preauthlink')).toEqual(['done']);
  expect(outcomes('preauthlink-early')).toEqual(['CREDENTIALS_REFUSED']);
  expect(outcomes('refuse-early')).toEqual(['REQUEST_STATUS_REFUSED']);
});

test('no value of a person, a card, an officer or a document is in the file, the report or on the screen', async () => {
  const config = place.config({ enrolment: { preauthLink: true, refuseVideo: true } });
  const fields = { organization_name: 'Canarias Unidas SL', responsible_serial: '98765432C', title: 'Canariera' };
  const person = {
    given_name: 'CANARINA',
    surname_1: 'CANARIAL',
    surname_2: 'CANARIZO',
    serial_number: '87654321C',
    birth_date: '1971-03-07',
  };
  const storage = await place.begin({ fields }, config);
  const people = place.people();
  const video = people.video.bind(people);
  people.video = async (request) => {
    await place.provider.person(request.pk, person);
    await video(request);
  };
  await place.carryOut(storage, { config, people });
  const shown = await place.shown(storage);
  const [made] = await place.provider.enrolments();
  const all = (await place.provider.enrolments()).filter(({ email }) => email === SIGNER.email);
  const canaries = [
    ...Object.values(SIGNER),
    ...Object.values(LOGIN),
    ...Object.values(fields),
    ...Object.values(person),
    ...all.flatMap(({ pk, link, enrolLink, scratchcard, secrets }) => [
      String(pk),
      link,
      enrolLink,
      scratchcard,
      ...Object.values(secrets),
    ]),
    '%PDF',
  ];
  expect(made).toBeDefined();
  // The video's data were read, so that the search can find something.
  expect(shown).toContain('surname_1');
  for (const canary of canaries) expect(shown.toLowerCase()).not.toContain(canary.toLowerCase());
  const kept = await readFile(storage.privatePath, 'utf8');
  for (const secret of [...Object.values(LOGIN), ...all.flatMap(({ secrets }) => Object.values(secrets))])
    expect(kept).not.toContain(secret);
});

test('a missing setting and an unknown field are said before anything is tried', async () => {
  const without = place.config({ api: false });
  await expect(place.begin({}, without)).rejects.toMatchObject({ code: 'BAD_SETTING' });
  await expect(place.begin({ fields: { shoe_size: '43' } })).rejects.toMatchObject({ code: 'BAD_INPUT' });
});

const STEPS = [
  'unknown',
  'scratchcard',
  'create',
  'before-video',
  'video',
  'validation',
  'fields',
  'evidence',
  'paperwork',
  'approve',
  'ready',
  'second-create',
  'second',
];
