import { conclude } from '../../src/probe/findings.js';
import { ENROLMENT_CONCLUSIONS } from '../../src/probe/enrolment/conclusions.js';
import type { Exchange, Finding, Note, ProbeFile } from '../../src/probe/file.js';
import { Seen } from '../../src/probe/seen.js';
import { EnrolmentPlace } from './enrolment-place.js';

let place: EnrolmentPlace;

beforeAll(async () => {
  place = await EnrolmentPlace.start();
});
afterAll(() => place.close());

/** The side of each assumption that is not as assumed. */
function contradictedIn({ findings }: ProbeFile): Record<string, unknown> {
  return Object.fromEntries(
    findings
      .filter(({ verdict }) => verdict === 'contradicted')
      .map(({ assumption, setting }) => [assumption, setting]),
  );
}

const UNKNOWN_WORDS = expect.objectContaining({ hash: expect.any(String) as string }) as object;

test('the other side of each assumption is found out, all in one run', async () => {
  await place.behaves(
    {
      scratchcardList: 'unused',
      updateVideoidMode: 'refused',
      updateName: 'required',
      updateLeavesOut: 'emptied',
      evidenceMethod: 'PUT',
      formBodies: 'form',
      approveReceipt: 'required',
    },
    { raoType: 'number', wording: 'other' },
  );
  const { file, settings } = await place.probe({ documents: [] });
  const found = contradictedIn(file);
  expect(file.steps.filter(({ end }) => end !== 'done')).toEqual([]);
  expect(found).toMatchObject({
    scratchcardList: 'unused',
    updateSendsBack: 'all',
    videoidModeInUpdate: false,
    evidenceMethod: 'PUT',
    receiptInApprove: true,
    raoAsString: false,
    wrongStatusTexts: ['Invalid request status', UNKNOWN_WORDS],
    scratchcardUsedTexts: expect.arrayContaining([UNKNOWN_WORDS]) as unknown[],
  });
  expect(settings).toMatchObject({
    environments: {
      tried: {
        registrationAuthorityApi: {
          assumptions: {
            wrongStatusTexts: ['Invalid request status', 'Not possible at this point'],
            scratchcardUsedTexts: expect.arrayContaining(['This card is taken']) as string[],
          },
        },
      },
    },
  });
});

test('the next probe follows the settings that follow', async () => {
  const config = place.config({
    assumptions: {
      ...contradictedIn((await place.probe()).file),
      wrongStatusTexts: ['Invalid request status', 'Not possible at this point'],
      scratchcardUsedTexts: ['This card is taken'],
      noScratchcardTexts: ['No more cards'],
    },
  });
  const { file } = await place.probe({}, { config });
  expect(file.exchanges.filter(({ occasion }) => occasion === 'declaration-rao-number')).toEqual([]);
  expect(file.findings.find(({ assumption }) => assumption === 'wrongStatusTexts')?.verdict).toBe('confirmed');
  expect(file.findings.find(({ assumption }) => assumption === 'scratchcardUsedTexts')?.verdict).toBe('confirmed');
});

test('fields that are left out are kept, a field from the video can be changed, and cards are reserved', async () => {
  await place.behaves({ videoFieldChange: 'allowed', firstUnused: 'reserves', rawPdf: 'lossy', errorShape: 'detail' });
  const { file } = await place.probe();
  expect(contradictedIn(file)).toMatchObject({ updateSendsBack: 'required', generatedContract: undefined });
  expect(file.notes).toContainEqual({ step: 'fields', name: 'from-video', value: 'changed' });
  expect(file.notes).toContainEqual({ step: 'scratchcard', name: 'same-card', value: false });
  const [, first] = await place.provider.enrolments();
  expect(first?.fields['surname_2']).not.toBe('Prueba');
});

test.each(['title', 'status', 'error', 'details', 'coded'])(
  'refusals in the form "%s" are read alike',
  async (shape) => {
    await place.behaves({ errorShape: shape, updateLeavesOut: 'emptied' });
    const { file } = await place.probe({ profile: 'PFnubeQAFCiudadano' });
    expect(file.steps.filter(({ end }) => end === 'failed')).toEqual([]);
    expect(contradictedIn(file)).toEqual({});
  },
);

test('a request that lists and reads show late or never', async () => {
  await place.behaves({ listLag: 3_600_000 }, { statusLag: 3_600_000 });
  place.patience = 60;
  const { file } = await place.probe({ profile: 'PFnubeQAFCiudadano' });
  place.patience = 5_000;
  expect(contradictedIn(file)).toMatchObject({ requestHasOneScratchcard: undefined, statusIsLive: undefined });
});

test.each([
  [
    'the words of the documentation',
    { name: 'answer-500', text: 'ScratchCard matching query does not exist.' },
    'confirmed',
  ],
  ['other words', { name: 'answer-500', text: 'No quedan tarjetas' }, 'contradicted'],
  ['a bare 404', { name: 'answer-other', code: 404, text: '{"detail":"Not found."}' }, 'confirmed'],
])('no scratchcard is left, said with %s', async (_, fault, verdict) => {
  await place.behaves({});
  const storage = await place.begin();
  await place.provider.addFault({ endpoint: 'ra-first-scratchcard', ...fault });
  await expect(place.carryOut(storage)).rejects.toBeDefined();
  const { file } = await storage.load();
  expect(file.findings.find(({ assumption }) => assumption === 'noScratchcardTexts')?.verdict).toBe(verdict);
});

test.each([
  ['in JSON', '{"detail":"Not found."}', 'confirmed', 'wrong-address-unless-json'],
  ['as a page', '<h1>Not Found</h1>', 'contradicted', 'not-there'],
])('a request that does not exist is a bare 404 %s', async (_, text, verdict, setting) => {
  await place.behaves({});
  await place.provider.addFault({
    name: 'answer-other',
    endpoint: 'ra-get-request',
    code: 404,
    text,
    times: 1,
  });
  const { finding } = await place.probe({ profile: 'PFnubeQAFCiudadano' }, { others: false });
  expect(finding('bareNotFound')).toMatchObject({ verdict, setting });
});

/** What the sandbox cannot do is told by the file. */
describe('a file that shows', () => {
  let whole: ProbeFile;
  beforeAll(async () => {
    await place.behaves({ updateLeavesOut: 'emptied' });
    whole = (await place.probe()).file;
  });

  function findingIn(
    name: string,
    change: { notes?: Note[]; exchanges?: (each: Exchange) => Exchange },
  ): Finding | undefined {
    const { notes = [], exchanges = (each) => each } = change;
    const others = whole.notes.filter(
      (each) => !notes.some((note) => note.step === each.step && note.name === each.name),
    );
    const file = { ...whole, notes: [...others, ...notes], exchanges: whole.exchanges.map(exchanges) };
    return conclude(ENROLMENT_CONCLUSIONS, [name], new Seen(file))[0];
  }

  test.each<[string, string, Note, unknown]>([
    [
      'secrets that differ',
      'scratchcardKeepsItsSecrets',
      { step: 'approve', name: 'secrets-of-approval', value: 'other' },
      undefined,
    ],
    ['a list without the evidence', 'evidenceIsListed', { step: 'evidence', name: 'listed', value: false }, undefined],
    [
      'a request that a declaration changes',
      'declarationMayBeGeneratedAgain',
      { step: 'paperwork', name: 'request', value: 'changed' },
      undefined,
    ],
    ['a link that did not come', 'linkGoesByMail', { step: 'ready', name: 'mail: video', value: false }, undefined],
    [
      'video data that an update empties',
      'updateSendsBack',
      { step: 'fields', name: 'video-fields', value: 'emptied' },
      'all',
    ],
    [
      'two requests with one card',
      'requestHasOneScratchcard',
      { step: 'create', name: 'requests-of-card', value: 2 },
      undefined,
    ],
  ])('%s contradicts %s', (_, name, note, setting) => {
    const finding = findingIn(name, { notes: [note] });
    expect(finding).toMatchObject({ assumption: name, verdict: 'contradicted' });
    expect(finding?.setting).toBe(setting);
  });

  test('a contract that is whole only as UTF-8', () => {
    const notes = [
      { step: 'paperwork', name: 'latin1', value: 'another PDF' },
      { step: 'paperwork', name: 'utf8', value: 'the same contract' },
    ];
    expect(findingIn('generatedContract', { notes })).toMatchObject({ verdict: 'contradicted', setting: 'utf8' });
  });

  test('a wrong address that is answered in JSON alone', () => {
    expect(findingIn('bareNotFound', { exchanges: pathInJson })).toMatchObject({
      verdict: 'contradicted',
      setting: 'wrong-address',
    });
  });

  test.each([
    [['contract-json'], ['form', 'generate']],
    [['contract-json', 'contract-generate-latin1', 'contract-generate-utf8'], ['form']],
  ])('no contract by %s', (refused, setting) => {
    const exchanges = (each: Exchange): Exchange =>
      refused.includes(each.occasion) ? { ...each, outcome: { code: 'PROVIDER_REFUSED' } } : each;
    const finding = findingIn('contractFrom', { exchanges });
    expect(finding).toMatchObject({ verdict: 'contradicted', setting });
  });
});

/** An address that does not exist is answered in JSON that says no more. */
function pathInJson(each: Exchange): Exchange {
  if (each.occasion !== 'unknown-path' || each.answer?.read === undefined) return each;
  return { ...each, answer: { ...each.answer, form: 'json', read: { ...each.answer.read, speaks: false } } };
}
