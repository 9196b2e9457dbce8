import { createPrivateKey, createPublicKey, createSecretKey, randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { ORIGIN_MARK, ORIGIN_WORDS } from '../../src/messages/payload-origin.js';
import { generateOrderKeys } from '../../src/security/order-keys.js';
import { signedAs, signing } from '../../src/security/order-signatures.js';
import { EncryptionCodec } from '../../src/security/payload-codec.js';
import { WorkerCodec } from '../../src/security/worker-codec.js';
import { payload, POISON } from '../installation/attacker.js';

const outside = { type: 'workflow', namespace: 'default', workflowId: 'signature-a' } as const;
const worker = {
  type: 'activity',
  namespace: 'default',
  workflowId: 'signature-a',
  activityId: '1',
  isLocal: false,
} as const;

const encryption = new EncryptionCodec({ current: 'k', keys: new Map([['k', createSecretKey(randomBytes(32))]]) });
const other = new EncryptionCodec({ current: 'k', keys: new Map([['k', createSecretKey(randomBytes(32))]]) });
const pem = generateOrderKeys();
const signer = { id: 'one', key: createPrivateKey(pem.privateKey) };
const orders = new Map([['one', createPublicKey(pem.publicKey)]]);
const codec = new WorkerCodec({ encryption, orders });

const ORDER = { by: 1, for: {} };

async function found(given: Payload, by: WorkerCodec = codec): Promise<[mark: string, value: unknown]> {
  const [read] = await by.decode([given], outside);
  if (!read) throw new Error('nothing came back');
  return [Buffer.from(read.metadata?.[ORIGIN_MARK] ?? []).toString(), defaultPayloadConverter.fromPayload(read)];
}

async function encrypted(given: Payload, by = encryption): Promise<Payload> {
  const [made] = await by.encode([given]);
  if (!made) throw new Error('nothing came back');
  return made;
}

const signed = signing(signer)('order', ORDER).payload;
const unsigned = signing(undefined)('order', ORDER).payload;

describe('what comes from outside is marked as what it is', () => {
  it('signed and encrypted', async () => {
    expect(await found(await encrypted(signed))).toEqual(['signed-order', ORDER]);
    expect(await found(await encrypted(signing(signer)('start', ORDER).payload))).toEqual(['signed-start', ORDER]);
  });

  it('encrypted alone, or signed alone', async () => {
    expect(await found(await encrypted(unsigned))).toEqual(['encrypted', ORDER]);
    expect((await found(signed))[0]).toBe('not-encrypted');
  });

  it.each([
    ['an unknown key', signing({ ...signer, id: 'two' })('order', ORDER).payload],
    [
      'another key of that id',
      signing({ id: 'one', key: createPrivateKey(generateOrderKeys().privateKey) })('order', ORDER).payload,
    ],
    ['the right key, over something else', { ...signed, data: Buffer.from('{"by":2,"for":{}}') }],
    ['the right key, as something else', relabelled(signed, 'start')],
    ['half a signature', { ...signed, metadata: { ...signed.metadata, 'videoid-signature': Buffer.alloc(32) } }],
  ])('signed by %s', async (_what, given) => {
    expect((await found(await encrypted(given)))[0]).toBe('wrongly-signed');
  });

  it('with a mark of its own, which is overwritten', async () => {
    const spoofed = payload('json/plain', '{}', { [ORIGIN_MARK]: 'signed-order' });
    expect((await found(spoofed))[0]).toBe('not-encrypted');
    expect((await found(await encrypted(spoofed)))[0]).toBe('encrypted');
    expect((await found(await encrypted(spoofed, other)))[0]).toBe('not-readable');
  });

  it.each(Object.entries(POISON))('%s, which becomes nothing and never throws', async (_name, given) => {
    for (const by of [codec, new WorkerCodec({ encryption: undefined, orders: undefined })]) {
      for (const each of [given, await encrypted(given)]) {
        const [mark, value] = await found(each, by);
        expect(mark).toMatch(/^(not-readable|encrypted|not-encrypted|not-asked)$/);
        expect(mark !== 'not-readable' || value === undefined).toBe(true);
      }
    }
  });
});

it('without encryption and keys, readable payloads are accepted', async () => {
  expect(await found(unsigned, new WorkerCodec({ encryption: undefined, orders: undefined }))).toEqual([
    'not-asked',
    ORDER,
  ]);
  const asking = new WorkerCodec({ encryption: undefined, orders });
  expect((await found(signed, asking))[0]).toBe('signed-order');
  expect((await found(unsigned, asking))[0]).toBe('encrypted');
});

describe('what workers write to each other', () => {
  it('is read with the key, and waits for a key that is missing', async () => {
    const [read] = await codec.decode(await codec.encode([unsigned], worker), worker);
    expect(read?.data).toEqual(unsigned.data);
    for (const context of [worker, undefined]) {
      await expect(codec.decode([await encrypted(unsigned, other)], context)).rejects.toMatchObject({
        type: 'KEY_NOT_SHARED',
        nonRetryable: false,
        details: [{ code: 'KEY_NOT_SHARED', temporary: true, facts: { keyId: 'k' } }],
      });
    }
  });

  it.each([
    ['another step', { ...worker, activityId: '2' }],
    ['a step of another workflow', { ...worker, workflowId: 'signature-b' }],
    ['a workflow', outside],
    ['nobody', undefined],
  ])('is nothing where it was written for %s', async (_whom, context) => {
    const [read] = await codec.decode(await codec.encode([unsigned], context), worker);
    expect(Buffer.from(read?.metadata?.[ORIGIN_MARK] ?? []).toString()).toBe('of-another-step');
    expect(read?.data).toBeUndefined();
  });

  it('is nothing where it is in the clear', async () => {
    const [read] = await codec.decode([unsigned], worker);
    expect(Buffer.from(read?.metadata?.[ORIGIN_MARK] ?? []).toString()).toBe('not-encrypted');
    expect(read?.data).toBeUndefined();
  });
});

it('a signature is of the bytes, whatever codec they went through', () => {
  expect(signedAs(signed, orders)).toEqual({ as: 'order', keyId: 'one' });
  expect(signedAs(unsigned, orders)).toMatchObject({ as: 'unsigned' });
  expect(signedAs({}, orders)).toMatchObject({ as: 'unsigned' });
});

function relabelled(given: Payload, kind: string): Payload {
  return { ...given, metadata: { ...given.metadata, 'videoid-signed-as': Buffer.from(kind) } };
}

it.each([
  ['a key that the worker lacks', other, 'two keys have one id'],
  [
    'an id that the worker lacks',
    new EncryptionCodec({ current: 'x', keys: new Map([['x', createSecretKey(randomBytes(32))]]) }),
    'has no codec key "x"',
  ],
])('words name the key of a payload with %s', async (_what, by, words) => {
  const [read] = await codec.decode([await encrypted(signed, by)], outside);
  expect(Buffer.from(read?.metadata?.[ORIGIN_WORDS] ?? []).toString()).toContain(words);
});

it('words from outside are overwritten', async () => {
  const given = { ...signed, metadata: { ...signed.metadata, [ORIGIN_WORDS]: Buffer.from('forged') } };
  const [read] = await codec.decode([await encrypted(given)], outside);
  expect(read?.metadata?.[ORIGIN_WORDS]).toHaveLength(0);
});
