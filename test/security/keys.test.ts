import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import {
  generateCodecKey,
  generateSealKeys,
  loadKeyRing,
  loadSealPrivateKeys,
  loadSealPublicKey,
} from '../../src/security/keys.js';
import { rsaKey, sealKeyPair } from '../rsa-keys.js';

let directory = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keys-'));
});

afterAll(() => rm(directory, { recursive: true }));

async function stored(name: string, content: string): Promise<string> {
  await writeFile(join(directory, name), content);
  return `file:${join(directory, name)}`;
}

describe('codec keys', () => {
  it('are read in order: the first encrypts, all decrypt', async () => {
    const ring = await loadKeyRing([
      { id: '2025-11', key: await stored('new', `${generateCodecKey()}\n`) },
      { id: '2025-10', key: await stored('old', generateCodecKey()) },
    ]);
    expect(ring.current).toBe('2025-11');
    expect([...ring.keys.keys()]).toEqual(['2025-11', '2025-10']);
    expect([...ring.keys.values()].map((key) => key.symmetricKeySize)).toEqual([32, 32]);
  });

  it('show no key material when printed', async () => {
    const text = generateCodecKey();
    const ring = await loadKeyRing([{ id: 'one', key: await stored('printed', text) }]);
    const prints = inspect(ring, { depth: 9, showHidden: true }) + JSON.stringify([...ring.keys]);
    expect(prints).not.toContain(text);
    expect(prints).not.toContain(Buffer.from(text, 'base64').toString('hex'));
  });

  it.each([
    ['16 bytes', Buffer.alloc(16, 7).toString('base64')],
    ['33 bytes', Buffer.alloc(33, 7).toString('base64')],
    ['hexadecimal', Buffer.alloc(32, 7).toString('hex')],
    ['a pass phrase', 'correct horse battery staple correct horse'],
  ])('of %s are refused by the name of the setting', async (_what, text) => {
    const settings = [{ id: 'wrong', key: await stored('wrong', text) }];
    const refusal = await loadKeyRing(settings).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'BAD_SETTING', field: 'keys.codec[0].key' });
    expect(inspect(refusal)).not.toContain(text);
  });

  it('need ids of their own, in plain letters', async () => {
    const key = await stored('key', generateCodecKey());
    for (const ids of [['one', 'one'], ['with blank'], ['']]) {
      await expect(loadKeyRing(ids.map((id) => ({ id, key })))).rejects.toMatchObject({ code: 'BAD_SETTING' });
    }
  });

  it('that are not there are refused by the name of the setting', async () => {
    const there = { id: 'there', key: await stored('there', generateCodecKey()) };
    await expect(loadKeyRing([there, { id: 'gone', key: 'env:TEST_NO_SUCH_KEY' }])).rejects.toMatchObject({
      code: 'SECRET_NOT_FOUND',
      field: 'keys.codec[1].key',
    });
    const seal = { id: 'gone', publicKey: 'env:TEST_NO_SUCH_KEY', privateKey: 'env:TEST_NO_SUCH_KEY' };
    await expect(loadSealPublicKey([seal])).rejects.toMatchObject({ field: 'keys.seal[0].publicKey' });
    await expect(loadSealPrivateKeys([seal])).rejects.toMatchObject({ field: 'keys.seal[0].privateKey' });
  });

  it('are at least one', async () => {
    await expect(loadKeyRing([])).rejects.toMatchObject({ code: 'BAD_SETTING', field: 'keys.codec' });
  });
});

describe('seal keys', () => {
  it('are RSA of 3072 bits, and clients read the public half alone', async () => {
    const pair = await generateSealKeys();
    const publicKey = await stored('seal.pub', pair.publicKey);
    const setting = { id: 'one', publicKey, privateKey: `file:${directory}/not-there` };
    const loaded = await loadSealPublicKey([setting]);
    expect(loaded.id).toBe('one');
    expect(loaded.key.asymmetricKeyDetails?.modulusLength).toBe(3072);
  });

  it('without a private half are left out by the worker, which needs one', async () => {
    const pair = sealKeyPair();
    const publicKey = await stored('half.pub', pair.publicKey);
    const privateKey = await stored('half.key', pair.privateKey);
    const keys = await loadSealPrivateKeys([
      { id: 'sealed-only', publicKey },
      { id: 'whole', publicKey, privateKey },
    ]);
    expect([...keys.keys()]).toEqual(['whole']);
    await expect(loadSealPrivateKeys([{ id: 'sealed-only', publicKey }])).rejects.toMatchObject({
      code: 'BAD_SETTING',
      field: 'keys.seal',
    });
  });

  it('of two different pairs are refused', async () => {
    const [one, other] = [sealKeyPair(), sealKeyPair()];
    const setting = {
      id: 'mixed',
      publicKey: await stored('mixed.pub', one.publicKey),
      privateKey: await stored('mixed.key', other.privateKey),
    };
    await expect(loadSealPrivateKeys([setting])).rejects.toMatchObject({ code: 'BAD_SETTING', field: 'keys.seal[0]' });
  });

  it.each([
    ['too short', createPublicKey(rsaKey(2048)).export({ type: 'spki', format: 'pem' }).toString()],
    [
      'of another kind',
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    ],
    ['no PEM', 'nothing'],
  ])('that are %s are refused', async (_what, pem) => {
    const publicKey = await stored('bad.pub', pem);
    await expect(loadSealPublicKey([{ id: 'bad', publicKey }])).rejects.toMatchObject({
      code: 'BAD_SETTING',
      field: 'keys.seal[0].publicKey',
    });
  });
});
