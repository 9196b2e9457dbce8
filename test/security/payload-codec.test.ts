import { createSecretKey, randomBytes } from 'node:crypto';
import { type Payload, defaultPayloadConverter } from '@temporalio/common';
import * as fc from 'fast-check';
import type { KeyRing } from '../../src/security/keys.js';
import { EncryptionCodec } from '../../src/security/payload-codec.js';

const OLD = createSecretKey(randomBytes(32));
const NEW = createSecretKey(randomBytes(32));
const codec = new EncryptionCodec(ring('new', { new: NEW, old: OLD }));

function ring(current: string, keys: Record<string, typeof OLD>): KeyRing {
  return { current, keys: new Map(Object.entries(keys)) };
}

async function encrypted(value: unknown, by = codec): Promise<Payload> {
  const [payload] = await by.encode([defaultPayloadConverter.toPayload(value)]);
  if (payload === undefined) throw new Error('no payload');
  return payload;
}

async function decrypted(payload: Payload, by = codec): Promise<unknown> {
  const [plain] = await by.decode([payload]);
  if (plain === undefined) throw new Error('no payload');
  return defaultPayloadConverter.fromPayload(plain);
}

const bytes = fc.uint8Array({ maxLength: 4000 });
const anyPayload = fc.record({
  metadata: fc.dictionary(
    fc.string({ minLength: 1 }).filter((name) => name !== '__proto__'),
    bytes,
    { maxKeys: 4 },
  ),
  data: bytes,
});

function hex(part: Uint8Array | null | undefined): string {
  return Buffer.from(part ?? []).toString('hex');
}

/** A payload as text that does not depend on the order of its metadata. */
function shown({ metadata, data }: Payload): string {
  const names = Object.entries(metadata ?? {}).map(([name, value]) => `${name}=${hex(value)}`);
  return [...names.toSorted((one, other) => (one < other ? -1 : 1)), hex(data)].join();
}

describe('the payload codec', () => {
  it('gives back every payload, metadata included', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyPayload, { maxLength: 4 }), async (payloads) => {
        const back = await codec.decode(await codec.encode(payloads));
        expect(back.map(shown)).toEqual(payloads.map(shown));
      }),
    );
  });

  it('gives back every value', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const normal: unknown = JSON.parse(JSON.stringify(value));
        expect(await decrypted(await encrypted(value))).toEqual(normal);
      }),
    );
    expect(await decrypted(await encrypted(undefined))).toBeUndefined();
  });

  it('hides the value, and shows only its own encoding and the key id', async () => {
    const canary = 'canary-Hk27dQ0vTz58LnPw';
    const payload = await encrypted({ canary });
    const everything = Buffer.concat([...Object.values(payload.metadata ?? {}), payload.data ?? Buffer.of()]);
    for (const form of [Buffer.from(canary), Buffer.from(canary, 'utf16le'), Buffer.from('json/plain')]) {
      expect(everything.includes(form)).toBe(false);
    }
    expect(Object.fromEntries(Object.entries(payload.metadata ?? {}).map(([k, v]) => [k, String(v)]))).toEqual({
      encoding: 'binary/encrypted',
      'encryption-key-id': 'new',
    });
  });

  it('never encrypts the same value to the same bytes', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => encrypted('same')));
    const ivs = new Set(
      all.map(({ data }) =>
        Buffer.from(data ?? [])
          .subarray(0, 12)
          .toString('hex'),
      ),
    );
    expect(ivs.size).toBe(50);
  });

  it('reads what an older key encrypted, and encrypts with the current one', async () => {
    const before = await encrypted('value', new EncryptionCodec(ring('old', { old: OLD })));
    expect(await decrypted(before)).toBe('value');
    expect(String((await encrypted('value')).metadata?.['encryption-key-id'])).toBe('new');
  });

  it('says which key it lacks', async () => {
    const payload = await encrypted('value');
    const other = new EncryptionCodec(ring('old', { old: OLD }));
    await expect(other.decode([payload])).rejects.toMatchObject({
      code: 'KEY_NOT_SHARED',
      field: 'keys.codec',
      message: expect.stringContaining('"new"'),
    });
  });

  it('says when another key has the same id', async () => {
    const other = new EncryptionCodec(ring('new', { new: OLD }));
    await expect(other.decode([await encrypted('value')])).rejects.toMatchObject({
      code: 'KEY_NOT_SHARED',
      message: expect.stringContaining('does not open'),
    });
  });

  it('notices every changed, cut or re-labelled byte', async () => {
    const payload = await encrypted({ amount: 1 });
    const data = Buffer.from(payload.data ?? []);
    for (let at = 0; at < data.length; at += 1) {
      const changed = Buffer.from(data);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await expect(codec.decode([{ ...payload, data: changed }])).rejects.toMatchObject({ code: 'KEY_NOT_SHARED' });
      await expect(codec.decode([{ ...payload, data: data.subarray(0, at) }])).rejects.toMatchObject({
        code: 'KEY_NOT_SHARED',
      });
    }
    const sameKeyTwice = new EncryptionCodec(ring('new', { new: NEW, old: NEW }));
    const metadata = { ...payload.metadata, 'encryption-key-id': Buffer.from('old') };
    await expect(sameKeyTwice.decode([{ ...payload, metadata }])).rejects.toMatchObject({ code: 'KEY_NOT_SHARED' });
  });

  it('lets payloads pass that are not encrypted', async () => {
    const plain = defaultPayloadConverter.toPayload('from before encryption was on');
    expect(await codec.decode([plain])).toEqual([plain]);
    expect(await codec.decode([])).toEqual([]);
  });
});
