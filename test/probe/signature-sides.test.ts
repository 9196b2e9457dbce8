import { ProbePlace } from './probe-place.js';

/** The provider takes either side of each assumption, and a probe finds out which. */

let place: ProbePlace;
beforeAll(async () => {
  place = await ProbePlace.open();
});
afterAll(() => place.close());
afterEach(() => place.provider.resetSettings());

test('a provider that is as assumed confirms every assumption that a probe can see', async () => {
  await place.provider.settings({ behaviour: { cancel: 'absent' } });
  const { file, report } = await place.probe();
  const verdicts = Object.fromEntries(file.findings.map(({ assumption, verdict }) => [assumption, verdict]));
  const unseen = Object.keys(verdicts).filter((name) => verdicts[name] === 'not-seen');
  expect(Object.values(verdicts)).not.toContain('contradicted');
  expect(unseen).toEqual(['status503IsUnknownOnWrites', 'busyMeansNotDone']);
  expect(report.settings).toEqual({ environments: { tried: { probe: report.file } } });
  expect(file.steps.every(({ end }) => end === 'done')).toBe(true);
});

type Side = [
  assumption: string,
  /** The behaviour of the provider. */
  behaviour: object,
  /** What the report says to set. */
  setting: unknown,
  verdict?: 'confirmed' | 'not-seen',
];

const SIDES: readonly Side[] = [
  ['wrongStatusTexts', { wording: 'other' }, ['Invalid request status', 'Not possible at this point']],
  ['codeNotAcceptedTexts', { wording: 'other' }, ['Confirmation Code invalid', 'The code was rejected']],
  ['coolDownTexts', { wording: 'other' }, ['generated less than a minute ago', 'Please wait before the next code']],
  ['alreadyIssuedTexts', { wording: 'other' }, ['already in ISSUED status', 'Signed before']],
  ['raoAsString', { raoType: 'number' }, false],
  ['signedFilePath', { documentPath: 'path' }, 'path', 'confirmed'],
  ['signedFilePath', { documentPath: 'both' }, 'query-then-path', 'confirmed'],
  ['originalDocumentType', { originalType: 'refused', documentTypeDefault: 'original' }, 'omitted'],
  ['bareNotFound', { notFoundWords: 'bare' }, 'not-there'],
  ['billingPasswordEncoding', { billingPasswordEncoding: 'base64' }, 'base64'],
  ['refuseRaoField', { refuseRaoKey: 'rao_id' }, 'rao_id'],
  ['extUnlockWithSecret', { secretWithUnlock: 'required' }, 'required'],
  ['extUnlockWithSecret', { secretWithUnlock: 'refused' }, 'never'],
  ['deletionWithoutType', { deletionWithoutType: 'original' }, 'original'],
  ['deletionByType', { deletionWithoutType: 'original', deletionByType: 'path' }, 'path', 'confirmed'],
  ['cancelByDelete', { cancel: 'cancels' }, true],
  ['cancelByDelete', { cancel: 'removes-folder' }, false, 'confirmed'],
  ['uploadPartName', { uploadPart: 'document' }, 'document'],
  ['otpDeliveryMethod', { deliveryMethod: 'required' }, 'sms'],
  ['envInCreate', { envInCreate: 'refused', optimizerHolds: { billing: false, env: true } }, false],
  ['identityShown', { identityShown: 'never' }, 'never'],
  ['identityShown', { identityShown: 'after-approval' }, 'after-approval'],
  ['identityShown', { identityShown: 'always' }, 'always'],
  ['identityCorrectable', { identityCorrectable: [] }, []],
  ['identityCorrectable', { identityCorrectable: ['given_name'], identityChange: 'ignored' }, ['given_name']],
  ['updateSendsBack', { updateLeavesOut: 'kept' }, 'required'],
  ['videoidModeInCreate', { videoidModeInCreate: 'required' }, true],
  ['slashAfterSignAndContract', { endSlash: 'with' }, true],
];

test.each(SIDES)('%s with a provider that has %j', async (assumption, behaviour, setting, verdict) => {
  await place.provider.settings({ behaviour });
  const { finding, report } = await place.probe();
  const found = finding(assumption);
  expect([found.verdict, found.evidence]).toEqual([verdict ?? 'contradicted', expect.any(String)]);
  if (verdict === 'confirmed') expect(found.setting).toEqual(setting);
  else expect(report.settings).toMatchObject({ environments: { tried: { assumptions: { [assumption]: setting } } } });
});

test.each([
  ['requestShowsLiveStatus', { statusShown: 'as-created' }],
  ['requestShowsLiveStatus', { statusShown: 'absent' }],
  ['contractIsSignedInPlace', { contractAfterSigning: 'unsigned' }],
])('the product relies on %s, and the provider has %j', async (assumption, behaviour) => {
  await place.provider.settings({ behaviour });
  const { finding } = await place.probe();
  expect(finding(assumption)).toMatchObject({ verdict: 'contradicted' });
});

test.each([
  [{ errorShape: 'v1' }],
  [{ errorShape: 'fastapi', missingFields: '422' }],
  [{ errorShape: 'message', messageSpelling: 'message', detailSpelling: 'details' }],
  [{ pkType: 'string', uidShape: 'hex', videoidPkShown: true, countryShown: false }],
  [{ codeLength: 8, codeAlphabet: 'letters-and-digits', signatureLevel: 'B-B' }],
  [{ approval: 'two-step' }],
  [{ signedFile: 'rewritten', earlierSignatures: 'stripped', contractSigners: 'rao' }],
])('a probe gets through with a provider that has %j', async (behaviour) => {
  await place.provider.settings({ behaviour });
  const { file } = await place.probe();
  expect(file.steps.filter(({ end }) => end !== 'done')).toEqual([]);
  expect(file.notes).toContainEqual(
    expect.objectContaining({ step: 'signed', name: 'signatures: signed-a', value: 1 }),
  );
});

test('a side that the settings already take is confirmed as they are', async () => {
  await place.provider.settings({ behaviour: { videoidModeInCreate: 'required', wording: 'other' } });
  const assumptions = { videoidModeInCreate: true, codeNotAcceptedTexts: ['The code was rejected'] };
  const { finding, file } = await place.probe({ assumptions });
  expect(finding('videoidModeInCreate')).toMatchObject({ verdict: 'confirmed', setting: true });
  expect(finding('codeNotAcceptedTexts')).toMatchObject({ verdict: 'confirmed' });
  expect(file.assumed).toEqual(assumptions);
});
