import { behaviourLike } from '../../sandbox/like/behaviour.js';
import { probeFileIn } from '../../sandbox/like/probe-file.js';
import { callback, type Content, exchange, fileExchange, probeFile, refusal, success } from './like-files.js';

const behaviour = (content: Content) => behaviourLike(probeFileIn(probeFile(content), 'probe.json'));

const found = (assumption: string, setting: NonNullable<Content['findings']>[number]['setting']): Content => ({
  findings: [{ assumption, verdict: 'contradicted', ...(setting === undefined ? {} : { setting }) }],
});

const READ = { status: 'VIDEOREVIEW', pk: 1, country_name: 'ES' };

test('a file that has seen nothing changes nothing', () => {
  expect(behaviour({})).toEqual({});
});

test.each([
  ['signedFilePath', 'path', { documentPath: 'path' }],
  ['originalDocumentType', 'omitted', { originalType: 'refused', documentTypeDefault: 'original' }],
  ['bareNotFound', 'not-there', { notFoundWords: 'bare' }],
  ['billingPasswordEncoding', 'base64', { billingPasswordEncoding: 'base64' }],
  ['refuseRaoField', 'rao_id', { refuseRaoKey: 'rao_id' }],
  ['raoAsString', false, { raoType: 'number' }],
  ['extUnlockWithSecret', 'required', { secretWithUnlock: 'required' }],
  ['extUnlockWithSecret', 'never', { secretWithUnlock: 'refused' }],
  ['deletionWithoutType', 'original', { deletionWithoutType: 'original' }],
  ['deletionByType', 'path', { deletionByType: 'path' }],
  ['cancelByDelete', true, { cancel: 'cancels' }],
  ['uploadPartName', 'document', { uploadPart: 'document' }],
  ['otpDeliveryMethod', 'sms', { deliveryMethod: 'required' }],
  ['envInCreate', false, { envInCreate: 'refused', optimizerHolds: { billing: false, env: true } }],
  ['videoidModeInCreate', true, { videoidModeInCreate: 'required' }],
  ['identityShown', 'never', { identityShown: 'never' }],
  ['identityCorrectable', ['given_name'], { identityCorrectable: ['given_name'] }],
  ['updateSendsBack', 'required', { updateLeavesOut: 'kept' }],
  ['slashAfterSignAndContract', true, { endSlash: 'with' }],
  ['contractIsSignedInPlace', undefined, { contractAfterSigning: 'unsigned' }],
  ['requestShowsLiveStatus', undefined, { statusShown: 'as-created' }],
])('the finding that %s is %j says how the provider behaves', (assumption, setting, expected) => {
  expect(behaviour(found(assumption, setting))).toMatchObject(expected);
});

test('what was assumed counts too, unless a finding contradicts it', () => {
  const assumed = { deletionByType: 'path', refuseRaoField: 'rao_id' };
  expect(behaviour({ assumed, ...found('refuseRaoField', 'rao') })).toMatchObject({
    deletionByType: 'path',
    refuseRaoKey: 'rao',
  });
});

test('what was assumed does not count if a finding confirms the other side', () => {
  const findings = [{ assumption: 'cancelByDelete', verdict: 'confirmed' as const, setting: false }];
  expect(behaviour({ assumed: { cancelByDelete: true }, findings })).toEqual({});
});

test.each([
  ['a page', exchange('signed/signed-path', 200, '<html><title>Login</title></html>')],
  ['half an answer', exchange('signed/signed-path', 200, '{"status":')],
  ['a busy server', exchange('signed/signed-path', 429, { detail: 'Slow down' })],
  ['a server that is away', exchange('signed/signed-path', 503, { detail: 'Away' })],
])('%s says nothing about the call that it answers', (_, beside) => {
  expect(behaviour({ exchanges: [fileExchange('signed/signed-query'), beside] })).not.toHaveProperty('documentPath');
});

test.each([
  [
    'a success in other words',
    [exchange('code/code', 200, { status: 'success', messsage: 'x' })],
    { messageSpelling: 'messsage' },
  ],
  [
    'content below another name',
    [exchange('create/create', 200, { details: { request_pk: 1 } })],
    { detailSpelling: 'details' },
  ],
  ['ids as texts', [exchange('create/create', 200, { detail: { request_pk: '1' } })], { pkType: 'string' }],
  ['uids as hex', [exchange('documents/upload', 200, { detail: 'a1'.repeat(16) })], { uidShape: 'hex' }],
  ['errors of V1', [exchange('code/wrong-code', 403, { status: '403 Forbidden', details: 'x' })], { errorShape: 'v1' }],
  ['errors of FastAPI', [exchange('code/wrong-code', 403, { detail: 'No' })], { errorShape: 'fastapi' }],
  [
    'errors with a message',
    [exchange('code/wrong-code', 403, { status: 'error', message: 'No' })],
    { errorShape: 'message' },
  ],
  [
    'lists of missing fields',
    [exchange('code/code', 422, { detail: [{ loc: ['body', 'x'], msg: 'field required' }] })],
    { missingFields: '422' },
  ],
  [
    'not found without words',
    [exchange('unknown/read-unknown', 404, { detail: 'Not Found' })],
    { notFoundWords: 'bare' },
  ],
  [
    'no country',
    [exchange('review/read', 200, { detail: { status: 'VIDEOREVIEW' } })],
    { countryShown: false, videoidPkShown: false },
  ],
  [
    'the number of the video',
    [exchange('review/read', 200, { detail: { ...READ, videoid_pk: 1 } })],
    { countryShown: true, videoidPkShown: true },
  ],
  [
    'an early contract',
    [fileExchange('before-video/contract-early')],
    { contractIn: expect.arrayContaining(['VIDEOPENDING', 'ISSUED']) },
  ],
  [
    'no contract after signing',
    [fileExchange('contract/contract'), refusal('signed/contract-signed'), refusal('signed/contract-signed-again')],
    { contractIn: ['ENROLLREADY'] },
  ],
  [
    'originals by their path alone',
    [refusal('documents/original-query'), refusal('documents/original-plain'), fileExchange('documents/original-path')],
    { originalType: 'refused' },
  ],
  ['an early upload', [success('before-video/upload-early')], { uploadIn: expect.arrayContaining(['VIDEOPENDING']) }],
  [
    'both addresses',
    [fileExchange('signed/signed-query'), fileExchange('signed/signed-path')],
    { documentPath: 'both' },
  ],
  ['the path only', [refusal('signed/signed-query'), fileExchange('signed/signed-path')], { documentPath: 'path' }],
  ['no slash', [fileExchange('contract/contract'), refusal('contract/contract-slash')], { endSlash: 'without' }],
  ['a RAO as a number', [refusal('approve/approve'), success('approve/approve-rao-number')], { raoType: 'number' }],
  ['a RAO as text', [success('approve/approve'), refusal('approve/approve-rao-number')], { raoType: 'string' }],
  ['rao_id', [refusal('second-review/refuse'), success('second-review/refuse-rao-id')], { refuseRaoKey: 'rao_id' }],
  ['a way to send the code', [refusal('code/code'), success('code/code-sms')], { deliveryMethod: 'required' }],
  ['no way to cancel', [refusal('third/cancel')], { cancel: 'absent' }],
  [
    'a cancelled request',
    [success('third/cancel'), exchange('third/read-cancelled', 200, { detail: { status: 'CANCELLED' } })],
    { cancel: 'cancels' },
  ],
  [
    'a folder that is gone',
    [success('third/cancel'), exchange('third/read-cancelled', 200, { detail: READ })],
    { cancel: 'removes-folder' },
  ],
  [
    'reads that lag behind',
    [
      { ...success('approve/approve'), at: 1000 },
      { ...exchange('approve/read', 200, { detail: READ }), at: 1400 },
      { ...exchange('approve/read', 200, { detail: { ...READ, status: 'ENROLLREADY' } }), at: 1900 },
    ],
    { statusLag: { approved: 900 } },
  ],
])('answers with %s say so', (_, exchanges, expected) => {
  expect(behaviour({ exchanges })).toMatchObject(expected);
});

describe('callbacks', () => {
  const EVENT = { event_type: 'REQUEST_ENROLLED', request: { status: 'ISSUED' } };

  test.each([
    ['flat', [callback({ status: 'ISSUED' }, { payload: 'flat' })], { webhookShape: 'flat' }],
    [
      'events',
      [callback(EVENT, { status: 'ISSUED' })],
      { webhookShape: 'event', webhookExtras: 'never', issuedWebhookWithoutPk: true },
    ],
    ['events with dates', [callback({ ...EVENT, date: '2026-11-30' }, {})], { webhookExtras: 'always' }],
    [
      'tried again',
      [
        callback(EVENT, { number: 1, at: 100 }),
        callback(EVENT, { number: 2, repeats: 1, at: 800 }),
        callback(EVENT, { number: 3, repeats: 1, at: 4800 }),
      ],
      { webhookRetries: [700, 4000, 30_000, 120_000, 600_000] },
    ],
  ])('say how they are sent: %s', (_, callbacks, expected) => {
    expect(behaviour({ callbacks })).toMatchObject(expected);
  });
});

test.each([
  ['level: signed-a', 'B-LT', { signatureLevel: 'B-T' }],
  ['level: signed-a', 'B-B', { signatureLevel: 'B-B' }],
  ['signatureAlgorithm: signed-a', 'ECDSA-SHA256', { algorithm: 'ecdsa' }],
  ['reasons: signed-a', ['content-rewritten'], { signedFile: 'rewritten' }],
  ['earlier-signatures', 'lost', { earlierSignatures: 'stripped' }],
  ['contract-signers', 'the signer and another', { contractSigners: 'signer-and-rao' }],
  ['contract-signers', 'nobody', { contractAfterSigning: 'unsigned' }],
  ['code', '8 digits', { codeLength: 8, codeAlphabet: 'digits' }],
  ['code', '5 characters', { codeLength: 5, codeAlphabet: 'letters-and-digits' }],
])('the note “%s: %s” says how the provider signs', (name, value, expected) => {
  expect(behaviour({ notes: [{ step: 'signed', name, value }] })).toMatchObject(expected);
});

test('notes that say something else change nothing', () => {
  const notes = ['contract-signers', 'code', 'level: signed-a', 'constructor'].map((name) => ({
    step: 'signed',
    name,
    value: 'constructor',
  }));
  expect(behaviour({ notes })).toEqual({});
});
