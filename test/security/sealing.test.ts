import { constants, createPrivateKey, createPublicKey, publicEncrypt } from 'node:crypto';
import { inspect } from 'node:util';
import * as fc from 'fast-check';
import type { SealPrivateKeys, SealPublicKey } from '../../src/security/keys.js';
import { openSealed, seal } from '../../src/security/sealing.js';
import { sealKeyPair } from '../rsa-keys.js';

function pair(id: string): { publicKey: SealPublicKey; privateKeys: SealPrivateKeys } {
  const pem = sealKeyPair();
  return {
    publicKey: { id, key: createPublicKey(pem.publicKey) },
    privateKeys: new Map([[id, createPrivateKey(pem.privateKey)]]),
  };
}

describe('a seal', () => {
  const mine = pair('one');
  const foreign = pair('one');

  it('gives back every text up to 318 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        fc.pre(Buffer.byteLength(text) <= 318);
        expect(openSealed(seal(text, mine.publicKey), mine.privateKeys).reveal()).toBe(text);
      }),
      { numRuns: 50 },
    );
    expect(openSealed(seal('x'.repeat(318), mine.publicKey), mine.privateKeys).reveal()).toHaveLength(318);
  });

  it('is another one each time, of the same length, without the text', () => {
    const seals = ['123456', '123456', 'a longer password'].map((text) => seal(text, mine.publicKey).sealed);
    expect(new Set(seals).size).toBe(3);
    expect(new Set(seals.map((each) => each.length)).size).toBe(1);
    expect(Buffer.from(seals[0] ?? '', 'base64').includes('123456')).toBe(false);
  });

  it('does not take a text that is too long, and does not repeat it', () => {
    const text = 'canary-Vb63nKs9Rj20XeQy'.repeat(20);
    const attempt = (): unknown => {
      try {
        return seal(text, mine.publicKey);
      } catch (error) {
        return error;
      }
    };
    expect(attempt()).toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining('318 bytes') });
    expect(inspect(attempt())).not.toContain('canary');
    expect(() => seal('é'.repeat(160), mine.publicKey)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  });

  it('is not opened without its key', () => {
    const sealed = seal('123456', mine.publicKey);
    const refused = expect.objectContaining({ code: 'SEAL_NOT_OPENED', remedy: expect.any(String) });
    expect(() => openSealed(sealed, new Map())).toThrow(refused);
    expect(() => openSealed(sealed, foreign.privateKeys)).toThrow(refused);
    expect(() => openSealed({ ...sealed, keyId: 'two' }, mine.privateKeys)).toThrow(refused);
    expect(() => openSealed({ ...sealed, sealed: 'AAAA' }, mine.privateKeys)).toThrow(refused);
  });

  it('is not opened when it was made for another purpose', () => {
    const other = publicEncrypt(
      { key: mine.publicKey.key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
      Buffer.from('123456'),
    );
    expect(() => openSealed({ keyId: 'one', sealed: other.toString('base64') }, mine.privateKeys)).toThrow(
      expect.objectContaining({ code: 'SEAL_NOT_OPENED' }),
    );
  });

  it('opened prints [redacted]', () => {
    expect(inspect(openSealed(seal('123456', mine.publicKey), mine.privateKeys))).toBe('[redacted]');
  });
});
