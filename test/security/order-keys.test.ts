import { createPublicKey } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSigning } from '../../src/client/running/keys.js';
import { generateOrderKeys, loadOrderPublicKeys, loadOrderSigner } from '../../src/security/order-keys.js';
import { rsaKey } from '../rsa-keys.js';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'order-keys-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function stored(name: string, content: string): Promise<string> {
  await writeFile(join(directory, name), content);
  return `file:${join(directory, name)}`;
}

async function pair(id: string): Promise<{ id: string; publicKey: string; privateKey: string }> {
  const { publicKey, privateKey } = generateOrderKeys();
  return {
    id,
    publicKey: await stored(`${id}-public`, publicKey),
    privateKey: await stored(`${id}-private`, privateKey),
  };
}

it('the first private key signs, and all public keys count', async () => {
  const [old, next] = [await pair('old'), await pair('next')];
  const settings = [{ id: old.id, publicKey: old.publicKey }, next];
  expect((await loadOrderSigner(settings)).id).toBe('next');
  expect([...(await loadOrderPublicKeys(settings)).keys()]).toEqual(['old', 'next']);
});

it('a worker reads no private key', async () => {
  const { id, publicKey } = await pair('worker');
  const settings = [{ id, publicKey, privateKey: 'file:/no/such/key' }];
  await expect(loadOrderPublicKeys(settings)).resolves.toBeDefined();
});

it('a worker without keys, and a client without a private one, say which setting it is', async () => {
  const refused = { code: 'BAD_SETTING', field: 'keys.orders' };
  await expect(loadOrderPublicKeys([])).rejects.toMatchObject(refused);
  await expect(loadOrderSigner([])).rejects.toMatchObject(refused);
  const { id, publicKey } = await pair('half');
  const half = { codec: [], seal: [], orders: [{ id, publicKey }] };
  await expect(loadSigning({ ...half, encryptPayloads: true })).rejects.toMatchObject(refused);
  await expect(loadSigning({ ...half, encryptPayloads: false })).rejects.toMatchObject(refused);
  await expect(loadSigning({ ...half, encryptPayloads: false, orders: [] })).resolves.toBeDefined();
});

it('keys of another kind, halves of two pairs and repeated ids are refused by the name of the setting', async () => {
  const one = await pair('one');
  const rsa = createPublicKey(rsaKey());
  const publicKey = await stored('rsa', rsa.export({ type: 'spki', format: 'pem' }).toString());
  await expect(loadOrderPublicKeys([{ id: 'rsa', publicKey }])).rejects.toMatchObject({
    code: 'BAD_SETTING',
    field: 'keys.orders[0].publicKey',
  });
  await expect(loadOrderSigner([{ ...one, publicKey: (await pair('two')).publicKey }])).rejects.toMatchObject({
    code: 'BAD_SETTING',
    field: 'keys.orders[0]',
  });
  await expect(loadOrderPublicKeys([one, one])).rejects.toMatchObject({ field: 'keys.orders[1].id' });
});
