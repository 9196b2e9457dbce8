import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningSandbox, startSandbox } from '../../sandbox/sandbox.js';
import type { ProviderIds } from '../../src/messages/request.js';
import { Secret } from '../../src/security/secret.js';
import type { OneShot } from '../../src/uanataca/one-shot/one-shot.js';
import { clientOf } from './answering-server.js';
import { errorOf } from './people.js';
import { SandboxClient } from '../../sandbox/client/sandbox-client.js';
import { layAuthority } from '../keys.js';
import { fileAt } from './file-source.js';

const OFFICER = {
  rao: '1400',
  username: new Secret('1125824'),
  password: new Secret('rao-password-1400'),
  pin: new Secret('rao-pin-1400'),
};
const SAMPLE = { open: fileAt('samples/agreement.pdf'), index: 1 };
const billing = { username: new Secret('sandbox-billing'), password: new Secret('sandbox-billing-password') };

async function bytesOf(document: ReturnType<OneShot['getContract']>): Promise<number> {
  let bytes = 0;
  for await (const piece of (await document).stream) bytes += (piece as Buffer).length;
  return bytes;
}

/** Spellings and shapes of the same provider. The client does not notice the difference. */
const SHAPES = [
  { messageSpelling: 'as-seen', detailSpelling: 'as-seen', errorShape: 'detail' },
  { messageSpelling: 'message', detailSpelling: 'details', errorShape: 'v1', pkType: 'string', uidShape: 'hex' },
  {
    messageSpelling: 'messsage',
    detailSpelling: 'detail',
    errorShape: 'fastapi',
    missingFields: '422',
    documentPath: 'path',
  },
  { messageSpelling: 'message', detailSpelling: 'detail', errorShape: 'message', documentPath: 'both' },
];

describe.each(SHAPES)('the simulated provider over HTTP, %j', (behaviour) => {
  let directory: string;
  let sandbox: RunningSandbox;
  let client: OneShot;
  let phones = 600_000_000;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'videoid-provider-'));
    await layAuthority(directory);
    sandbox = await startSandbox({ state: directory, settings: { behaviour: { ...behaviour, codeCoolDown: 60_000 } } });
    client = clientOf(sandbox.api, { billing });
  });
  afterAll(async () => {
    await client.close();
    await sandbox.close();
    await rm(directory, { recursive: true });
  });
  beforeEach(() => provider().clearFaults());

  const provider = () => new SandboxClient(sandbox.url);
  const fault = (name: string, endpoint: string) => provider().addFault({ name, endpoint, times: 1 });
  const order = () => ({
    phone: `+34${(phones += 1)}`,
    email: 'ana.ejemplo@example.com',
    registrationAuthority: '139',
    profile: 'PFnubeQAFCiudadano',
  });
  const done = async (ids: ProviderIds) => (await provider().request(ids.requestPk)).done;
  const codeOf = async (ids: ProviderIds) => new Secret((await provider().request(ids.requestPk)).code ?? '');

  async function inReview(): Promise<ProviderIds> {
    const ids = await client.createVideoid(order());
    await provider().video(ids.requestPk, 'finished');
    return ids;
  }
  async function approved(): Promise<ProviderIds> {
    const ids = await inReview();
    await client.approve(ids.videoidPk, OFFICER);
    return ids;
  }
  async function upload(ids: ProviderIds): Promise<string> {
    return (await client.uploadDocument(ids.requestPk, SAMPLE)).uid;
  }
  async function withCode(): Promise<ProviderIds & { uid: string }> {
    const ids = await approved();
    const uid = await upload(ids);
    await client.generateOtp(ids.requestPk);
    return { ...ids, uid };
  }
  test('every verb, from create to delete', async () => {
    await client.ping();
    const ids = await client.createVideoid(order());
    expect((await client.getRequest(ids.requestPk)).status).toBe('VIDEOPENDING');
    await provider().video(ids.requestPk, 'finished');
    expect((await client.getRequest(ids.requestPk)).status).toBe('VIDEOREVIEW');
    const token = new Secret('14185cd9-c6ec-30f4-9f59-a844a77bc234');
    expect(await client.readToken(token)).toEqual({ password: true, pin: false });
    await client.approve(ids.videoidPk, { rao: '1400', token, pin: OFFICER.pin });
    const uid = await upload(ids);
    expect(await bytesOf(client.getDocument(ids.requestPk, uid, 'original'))).toBeGreaterThan(0);
    expect(await bytesOf(client.getContract(ids.requestPk))).toBeGreaterThan(0);
    expect(await errorOf(client.getDocument(ids.requestPk, uid, 'signed'))).toMatchObject({
      code: 'PROVIDER_NOT_FOUND',
    });
    expect(await client.generateOtp(ids.requestPk)).toBe('sent');
    expect(await client.generateOtp(ids.requestPk)).toBe('sent-less-than-a-minute-ago');
    expect(await client.sign(ids.requestPk, { secret: new Secret('wrong') })).toBe('not-accepted');
    expect(await client.sign(ids.requestPk, { secret: await codeOf(ids) })).toBe('signed');
    expect(await client.sign(ids.requestPk, { secret: new Secret('wrong') })).toBe('already-issued');
    expect((await client.getRequest(ids.requestPk)).status).toBe('ISSUED');
    expect(await bytesOf(client.getDocument(ids.requestPk, uid, 'signed'))).toBeGreaterThan(0);
    expect(await client.deleteDocument(ids.requestPk, uid)).toBe('deleted');
    expect(await client.deleteDocument(ids.requestPk, uid)).toBe('gone');
    expect(await client.deleteDocuments(ids.requestPk)).toBe('deleted');
  });

  test('an officer refuses', async () => {
    const ids = await inReview();
    await client.refuse(ids.videoidPk, OFFICER, 'document-expired');
    expect((await client.getRequest(ids.requestPk)).status).toBe('CANCELLED');
  });

  test('another way than the code', async () => {
    const ids = await approved();
    await upload(ids);
    const unlock = { type: 'biometric', value: new Secret('12345678-12345678') };
    expect(await client.sign(ids.requestPk, { unlock })).toBe('signed');
  });

  test('refused for good, each in its own way', async () => {
    const ids = await client.createVideoid(order());
    const wrong = { ...OFFICER, pin: new Secret('rao-pin-wrong') };
    const noMoney = { username: new Secret('nobody'), password: new Secret('nothing-at-all') };
    const calls: readonly [Promise<unknown>, string][] = [
      [client.createVideoid({ ...order(), registrationAuthority: '999999' }), 'PROVIDER_NOT_FOUND'],
      [client.createVideoid({ ...order(), billing: noMoney }), 'CREDENTIALS_REFUSED'],
      [client.approve(ids.videoidPk, wrong), 'CREDENTIALS_REFUSED'],
      [client.approve(ids.videoidPk, OFFICER), 'REQUEST_STATUS_REFUSED'],
      [client.generateOtp(ids.requestPk), 'REQUEST_STATUS_REFUSED'],
      [client.getRequest('999999999' as typeof ids.requestPk), 'PROVIDER_NOT_FOUND'],
      [client.getContract('999999999' as typeof ids.requestPk), 'PROVIDER_NOT_FOUND'],
      [client.sign('999999999' as typeof ids.requestPk, { secret: new Secret('123456') }), 'PROVIDER_NOT_FOUND'],
    ];
    for (const [call, code] of calls) expect(await errorOf(call)).toMatchObject({ kind: 'refused', code });
  });

  test('temporary trouble with what may be repeated: the second try succeeds', async () => {
    const { uid, ...ids } = await withCode();
    const tries: readonly [string, () => Promise<unknown>][] = [
      ['get-request', () => client.getRequest(ids.requestPk)],
      ['get-contract', () => bytesOf(client.getContract(ids.requestPk))],
      ['upload', () => upload(ids)],
      ['get-document', () => bytesOf(client.getDocument(ids.requestPk, uid, 'original'))],
      ['delete-document', () => client.deleteDocument(ids.requestPk, uid)],
      ['delete-documents', () => client.deleteDocuments(ids.requestPk)],
    ];
    for (const [endpoint, call] of tries) {
      for (const name of [
        'answer-503',
        'answer-429',
        'answer-500',
        'connection-cut-before',
        'answer-lost',
        'answer-cut',
      ]) {
        await fault(name, endpoint);
        expect(await errorOf(call())).toMatchObject({ kind: 'temporary' });
      }
      expect(await call()).not.toBe(undefined);
    }
  });

  test('429 is temporary for every write: nothing was done', async () => {
    const ids = await inReview();
    await fault('answer-429', 'approve');
    expect(await errorOf(client.approve(ids.videoidPk, OFFICER))).toMatchObject({
      kind: 'temporary',
      retryAfter: 1000,
    });
    await client.approve(ids.videoidPk, OFFICER);
    expect(await done(ids)).toMatchObject({ approve: 1 });
  });

  test.each(['answer-lost', 'answer-cut', 'answer-500-after'])(
    '%s: the work was done, and we say that we do not know',
    async (name) => {
      await fault(name, 'create');
      expect(await errorOf(client.createVideoid(order()))).toMatchObject({ kind: 'unknown', code: 'CREATE_IN_DOUBT' });

      const refusedIds = await inReview();
      await fault(name, 'refuse');
      expect(await errorOf(client.refuse(refusedIds.videoidPk, OFFICER, 'blurred'))).toMatchObject({ kind: 'unknown' });
      expect((await client.getRequest(refusedIds.requestPk)).status).toBe('CANCELLED');

      const ids = await inReview();
      await fault(name, 'approve');
      expect(await errorOf(client.approve(ids.videoidPk, OFFICER))).toMatchObject({ kind: 'unknown' });
      expect((await client.getRequest(ids.requestPk)).status).toBe('ENROLLREADY');
      await upload(ids);
      await fault(name, 'otp');
      expect(await errorOf(client.generateOtp(ids.requestPk))).toMatchObject({ kind: 'unknown' });
      expect(await client.generateOtp(ids.requestPk)).toBe('sent-less-than-a-minute-ago');
      const secret = await codeOf(ids);
      await fault(name, 'sign');
      expect(await errorOf(client.sign(ids.requestPk, { secret }))).toMatchObject({
        kind: 'unknown',
        code: 'SIGN_IN_DOUBT',
      });
      expect((await client.getRequest(ids.requestPk)).status).toBe('ISSUED');
      expect(await client.sign(ids.requestPk, { secret })).toBe('already-issued');
      expect(await done(ids)).toMatchObject({ approve: 1, otp: 1, sign: 1 });
    },
  );
});
