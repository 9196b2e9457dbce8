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
  /** What the setting must be. */
  setting: unknown,
];

const OTHER_SIDES: Side[] = [
  ['wrongStatusTexts', { wording: 'other' }, ['Invalid request status', 'Not possible at this point']],
  ['codeNotAcceptedTexts', { wording: 'other' }, ['Confirmation Code invalid', 'The code was rejected']],
  ['coolDownTexts', { wording: 'other' }, ['generated less than a minute ago', 'Please wait before the next code']],
  ['alreadyIssuedTexts', { wording: 'other' }, ['already in ISSUED status', 'Signed before']],
  ['raoAsString', { raoType: 'number' }, false],
  ['originalDocumentType', { originalType: 'refused', documentTypeDefault: 'original' }, 'omitted'],
  ['bareNotFound', { notFoundWords: 'bare' }, 'not-there'],
  ['billingPasswordEncoding', { billingPasswordEncoding: 'base64' }, 'base64'],
  ['refuseRaoField', { refuseRaoKey: 'rao_id' }, 'rao_id'],
  ['extUnlockWithSecret', { secretWithUnlock: 'required' }, 'required'],
  ['extUnlockWithSecret', { secretWithUnlock: 'refused' }, 'never'],
  ['deletionWithoutType', { deletionWithoutType: 'original' }, 'original'],
  ['cancelByDelete', { cancel: 'cancels' }, true],
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

/** Assumptions about the requests beside the first. */
const OF_OTHERS = new Set(['refuseRaoField', 'identityCorrectable', 'updateSendsBack', 'cancelByDelete']);

test.each(OTHER_SIDES)('%s with a provider that has %j', async (assumption, behaviour, setting) => {
  await place.provider.settings({ behaviour });
  const { report, ...probed } = await place.probe({ others: OF_OTHERS.has(assumption) });
  expect(probed.finding(assumption)).toMatchObject({ verdict: 'contradicted' });
  expect(report.settings).toMatchObject({ environments: { tried: { assumptions: { [assumption]: setting } } } });
});

/** The default serves several sides, and the report names the one. */
const NARROWER: Side[] = [
  ['signedFilePath', { documentPath: 'path' }, 'path'],
  ['signedFilePath', { documentPath: 'both' }, 'query-then-path'],
  ['deletionByType', { deletionWithoutType: 'original', deletionByType: 'path' }, 'path'],
  ['cancelByDelete', { cancel: 'removes-folder' }, false],
];

test.each(NARROWER)('%s is confirmed with a provider that has %j', async (assumption, behaviour, setting) => {
  await place.provider.settings({ behaviour });
  const probed = await place.probe({ others: OF_OTHERS.has(assumption) });
  expect(probed.finding(assumption)).toMatchObject({ verdict: 'confirmed', setting });
});

test.each([
  ['requestShowsLiveStatus', { statusShown: 'as-created' }],
  ['requestShowsLiveStatus', { statusShown: 'absent' }],
  ['contractIsSignedInPlace', { contractAfterSigning: 'unsigned' }],
])('the product relies on %s, and the provider has %j', async (assumption, behaviour) => {
  await place.provider.settings({ behaviour });
  const probed = await place.probe({ others: OF_OTHERS.has(assumption) });
  expect(probed.finding(assumption)).toMatchObject({ verdict: 'contradicted' });
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
  const { file } = await place.probe({ others: false });
  expect(file.steps.filter(({ end }) => end === 'failed')).toEqual([]);
  expect(file.notes).toContainEqual(
    expect.objectContaining({ step: 'signed', name: 'signatures: signed-a', value: 1 }),
  );
});

test('a side that the settings already take is confirmed as they are', async () => {
  await place.provider.settings({ behaviour: { videoidModeInCreate: 'required', wording: 'other' } });
  const assumptions = { videoidModeInCreate: true, codeNotAcceptedTexts: ['The code was rejected'] };
  const { file, ...probed } = await place.probe({ assumptions });
  expect(probed.finding('videoidModeInCreate')).toMatchObject({ verdict: 'confirmed', setting: true });
  expect(probed.finding('codeNotAcceptedTexts')).toMatchObject({ verdict: 'confirmed' });
  expect(file.assumed).toEqual(assumptions);
});
