import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SandboxClient } from '../../sandbox/client/sandbox-client.js';
import { type RunningSandbox, startSandbox } from '../../sandbox/sandbox.js';
import type { ProviderIds, RequestPk } from '../../src/messages/request.js';
import { Secret } from '../../src/security/secret.js';
import { type Assumptions, assumptionsSchema } from '../../src/uanataca/one-shot/assumptions.js';
import type { OneShot } from '../../src/uanataca/one-shot/one-shot.js';
import { layAuthority } from '../keys.js';
import { clientOf } from './answering-server.js';
import { OFFICER } from './enrolment-sandbox.js';
import { fileAt } from './file-source.js';
import { resultOrCode } from './result-or-code.js';

/** A caller with a wrong assumption can correct it with a setting. The simulated provider shows the other side of each. */

const SAMPLE = 'samples/agreement.pdf';
const BILLING = { username: new Secret('sandbox-billing'), password: new Secret('sandbox-billing-password') };
const UNLOCK = { type: 'biometric', value: new Secret('12345678-12345678') };
const NOBODY = '999999999' as RequestPk;

async function read(document: ReturnType<OneShot['getContract']>): Promise<string> {
  (await document).stream.destroy();
  return 'read';
}

let directory: string;
let sandbox: RunningSandbox;
let plain: OneShot;
const clients: OneShot[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'videoid-sides-'));
  await layAuthority(directory);
  sandbox = await startSandbox({ state: directory, settings: { behaviour: { algorithm: 'ecdsa' } } });
  plain = client();
});
afterAll(async () => {
  await Promise.all(clients.map((each) => each.close()));
  await sandbox.close();
  await rm(directory, { recursive: true });
});
afterEach(() => provider().resetSettings());

const provider = () => new SandboxClient(sandbox.url);

function client(assumptions: Partial<Assumptions> = {}): OneShot {
  const made = clientOf(sandbox.api, { billing: BILLING, assumptions });
  clients.push(made);
  return made;
}

const order = {
  phone: '+34600112233',
  email: 'ana.ejemplo@example.com',
  registrationAuthority: '139',
  profile: 'PFnubeQAFCiudadano',
};

interface Prepared extends ProviderIds {
  uid: string;
  code: Secret;
}

/** A request at this stage. A provider with default behaviour prepared it. */
async function prepared(until: 'video' | 'review' | 'ready' | 'code' | 'issued'): Promise<Prepared> {
  const ids = await plain.createVideoid(order);
  const at = { ...ids, uid: '', code: new Secret('000000') };
  if (until === 'video') return at;
  await provider().video(ids.requestPk, 'finished');
  if (until === 'review') return at;
  await plain.approve(ids.videoidPk, OFFICER);
  at.uid = (await plain.uploadDocument(ids.requestPk, { open: fileAt(SAMPLE), index: 1 })).uid;
  if (until === 'ready') return at;
  await plain.generateOtp(ids.requestPk);
  at.code = new Secret((await provider().request(ids.requestPk)).code ?? '');
  if (until === 'issued') await plain.sign(ids.requestPk, { secret: at.code });
  return at;
}

type Row = readonly [
  /** The assumptions that differ from the default. */
  Partial<Assumptions>,
  /** The behaviour of the provider in that case. */
  object,
  Parameters<typeof prepared>[0],
  (optimizer: OneShot, at: Prepared) => Promise<unknown>,
  /** What a caller with the default assumption gets, and one with the other. */
  usual: unknown,
  otherwise: unknown,
];

const wrongCode = (optimizer: OneShot, { requestPk }: Prepared) =>
  optimizer.sign(requestPk, { secret: new Secret('999999') });
const create = async (optimizer: OneShot) => ((await optimizer.createVideoid(order)).requestPk === '' ? 'no' : 'made');

const ROWS: readonly Row[] = [
  [
    { wrongStatusTexts: ['Not possible at this point'] },
    { wording: 'other' },
    'video',
    (optimizer, { videoidPk }) => optimizer.approve(videoidPk, OFFICER),
    'PROVIDER_REFUSED',
    'REQUEST_STATUS_REFUSED',
  ],
  [
    { codeNotAcceptedTexts: ['The code was rejected'] },
    { wording: 'other' },
    'code',
    wrongCode,
    'PROVIDER_REFUSED',
    'not-accepted',
  ],
  [
    { coolDownTexts: ['Please wait before the next code'] },
    { wording: 'other' },
    'code',
    (optimizer, { requestPk }) => optimizer.generateOtp(requestPk),
    'PROVIDER_REFUSED',
    'sent-less-than-a-minute-ago',
  ],
  [
    { alreadyIssuedTexts: ['Signed before'] },
    { wording: 'other' },
    'issued',
    wrongCode,
    'PROVIDER_REFUSED',
    'already-issued',
  ],
  [
    { countryName: 'PT' },
    { countryShown: false },
    'video',
    async (optimizer, { requestPk }) => {
      await optimizer.updateRequest(requestPk, await optimizer.getRequest(requestPk), order);
      await provider().settings({ behaviour: { countryShown: true } });
      return (await optimizer.getRequest(requestPk)).countryName;
    },
    'ES',
    'PT',
  ],
  [
    { updateSendsBack: 'required' },
    { updateLeavesOut: 'emptied' },
    'review',
    async (optimizer, { requestPk }) => {
      await optimizer.updateRequest(requestPk, await optimizer.getRequest(requestPk), order);
      return (await optimizer.getRequest(requestPk)).fields.given_name ?? 'emptied';
    },
    'NORA',
    'emptied',
  ],
  [
    { raoAsString: false },
    { raoType: 'number' },
    'review',
    (optimizer, { videoidPk }) => optimizer.approve(videoidPk, OFFICER),
    'CREDENTIALS_REFUSED',
    'done',
  ],
  [
    { signedFilePath: 'path' },
    { documentPath: 'path', originalType: 'refused' },
    'issued',
    (optimizer, { requestPk, uid }) => read(optimizer.getDocument(requestPk, uid, 'signed')),
    'read',
    'read',
  ],
  [
    { originalDocumentType: 'omitted' },
    { originalType: 'refused', documentTypeDefault: 'original' },
    'ready',
    (optimizer, { requestPk, uid }) => read(optimizer.getDocument(requestPk, uid, 'original')),
    'PROVIDER_NOT_FOUND',
    'read',
  ],
  [
    { bareNotFound: 'not-there' },
    { notFoundWords: 'bare' },
    'video',
    (optimizer) => optimizer.getRequest(NOBODY),
    'PROVIDER_REFUSED',
    'PROVIDER_NOT_FOUND',
  ],
  [
    { billingPasswordEncoding: 'base64' },
    { billingPasswordEncoding: 'base64' },
    'video',
    create,
    'CREDENTIALS_REFUSED',
    'made',
  ],
  [
    { refuseRaoField: 'rao_id' },
    { refuseRaoKey: 'rao_id' },
    'review',
    (optimizer, { videoidPk }) => optimizer.refuse(videoidPk, OFFICER, 'document-expired'),
    'CREDENTIALS_REFUSED',
    'done',
  ],
  [
    { extUnlockWithSecret: 'never' },
    { secretWithUnlock: 'refused' },
    'code',
    (optimizer, { requestPk, code }) => optimizer.sign(requestPk, { secret: code, unlock: UNLOCK }),
    'PROVIDER_REFUSED',
    'signed',
  ],
  [
    { cancelByDelete: true },
    {},
    'video',
    (optimizer, { requestPk }) => optimizer.cancel(requestPk),
    'not-offered',
    'cancelled',
  ],
  [
    { deleteOneAnswersGoneWith404: false },
    {},
    'video',
    (optimizer, { requestPk }) => optimizer.deleteDocument(requestPk, 'a-uid-of-nothing'),
    'gone',
    'PROVIDER_NOT_FOUND',
  ],
  [
    { deletionWithoutType: 'original' },
    { deletionWithoutType: 'every-kind' },
    'issued',
    (optimizer, { requestPk, uid }) => optimizer.deleteDocument(requestPk, uid),
    'deleted',
    'deleted-by-kind',
  ],
  [
    { deletionByType: 'query' },
    { deletionWithoutType: 'original', deletionByType: 'path' },
    'issued',
    (optimizer, { requestPk, uid }) => optimizer.deleteDocument(requestPk, uid),
    'deleted-by-kind',
    'FILES_LEFT_AT_PROVIDER',
  ],
  [
    { deletedIsNotFound: false },
    { deletionWithoutType: 'original', deletionByType: 'nowhere' },
    'issued',
    (optimizer, { requestPk, uid }) => optimizer.deleteDocument(requestPk, uid),
    'FILES_LEFT_AT_PROVIDER',
    'deleted',
  ],
  [
    { uploadPartName: 'document' },
    { uploadPart: 'document' },
    'ready',
    async (optimizer, { requestPk }) => {
      const { uid } = await optimizer.uploadDocument(requestPk, { open: fileAt(SAMPLE), index: 2 });
      return uid === '' ? 'nothing' : 'taken';
    },
    'PROVIDER_REFUSED',
    'taken',
  ],
  [
    { otpDeliveryMethod: 'sms' },
    { deliveryMethod: 'required' },
    'ready',
    (optimizer, { requestPk }) => optimizer.generateOtp(requestPk),
    'PROVIDER_REFUSED',
    'sent',
  ],
  [
    { envInCreate: false },
    { envInCreate: 'refused', optimizerHolds: { env: true, billing: false } },
    'video',
    create,
    'PROVIDER_REFUSED',
    'made',
  ],
  [{ videoidModeInCreate: true }, { videoidModeInCreate: 'required' }, 'video', create, 'PROVIDER_REFUSED', 'made'],
  [
    { slashAfterSignAndContract: true },
    { endSlash: 'with' },
    'code',
    async (optimizer, { requestPk, code }) =>
      `${await read(optimizer.getContract(requestPk))}, ${await optimizer.sign(requestPk, { secret: code })}`,
    'PROVIDER_REFUSED',
    'read, signed',
  ],
];

test.each(ROWS)(
  '%j where the provider is %j: a request in %s',
  async (assumptions, behaviour, until, act, usual, otherwise) => {
    for (const [optimizer, expected] of [
      [plain, usual],
      [client(assumptions), otherwise],
    ] as const) {
      const at = await prepared(until);
      await provider().settings({ behaviour });
      expect(await resultOrCode(act(optimizer, at))).toEqual(expected);
      await provider().resetSettings();
    }
  },
);

test('every assumption with a setting has its other side here, but for faults that may come at any time', () => {
  const shown = ROWS.flatMap(([assumptions]) => Object.keys(assumptions));
  const elsewhere = [
    'status503IsUnknownOnWrites', // test/uanataca/sorting.test.ts
    'answersAreJson',
    'unknownRefusals',
    'identityShown', // what the steps make of a read: test/end-to-end/customer.proof.test.ts
    'identityCorrectable',
  ];
  expect([...shown, ...elsewhere].sort()).toEqual(Object.keys(assumptionsSchema.shape).sort());
});

describe('answers of V1 (§2.2)', () => {
  test('a 400 whose body says 404 means that the request does not exist', async () => {
    await provider().settings({ behaviour: { errorShape: 'v1', notFoundStatus: '400' } });
    const answer = await fetch(`${sandbox.api}/request/999999999`);
    expect([answer.status, await answer.json()]).toEqual([
      400,
      {
        status: '404 Not Found',
        details: 'Request not found. Make sure the upload directory is correct.',
      },
    ]);
    expect(await resultOrCode(plain.getRequest(NOBODY))).toBe('PROVIDER_NOT_FOUND');
    expect(await resultOrCode(plain.getContract(NOBODY))).toBe('PROVIDER_NOT_FOUND');
  });

  test('a body that is not JSON is shown in place of the status line', async () => {
    await provider().settings({ behaviour: { errorShape: 'v1' } });
    const answer = await fetch(`${sandbox.api}/videoid`, { method: 'POST', body: '{"email":' });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { status: 'Invalid JSON', details: expect.stringMatching(/^Could not parse JSON body - /) as string },
    ]);
  });
});

test('get request shows what V1’s example shows, who approved among it (§4.10)', async () => {
  const { requestPk } = await prepared('ready');
  const answer = await fetch(`${sandbox.api}/request/${requestPk}`);
  const { detail } = (await answer.json()) as { detail: Record<string, unknown> };
  expect(Object.keys(detail).sort()).toEqual(
    // `birth_date` is not in the example, but in what update takes (§4.11).
    `approving_rao approving_user birth_date certificate_set communication_language country_name email given_name
     id_document_country id_document_type mobile_phone_number paperless_mode pk profile registering_user
     registration_authority scratchcard secure_element serial_number status surname_1 surname_2 validity_time videoid_mode`.split(
      /\s+/,
    ),
  );
  expect(detail).toMatchObject({ approving_rao: { pk: 1400, registration_authority_master: 139 } });
});
