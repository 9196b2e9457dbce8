import { createHash, createSecretKey, randomBytes } from 'node:crypto';
import { Fingerprints } from '../../src/security/fingerprints.js';
import type { KeyRing } from '../../src/security/keys.js';

const ARCHIVE = '4f3c1a8e-9d67-4b1e-8f0a-2f5d3c7b9a10';
const first = createSecretKey(randomBytes(32));
const second = createSecretKey(randomBytes(32));

function ring(current: string, keys: Record<string, typeof first>): KeyRing {
  return { current, keys: new Map(Object.entries(keys)) };
}

describe('the fingerprint of an order', () => {
  it('is the same at every gateway with the same keys, and differs for another input', () => {
    const here = new Fingerprints(ARCHIVE, ring('a', { a: first }));
    const there = new Fingerprints(ARCHIVE, ring('a', { a: first }));
    expect(there.of('code 123456')).toEqual(here.of('code 123456'));
    expect(there.matches(here.of('code 123456'), 'code 123456')).toBe(true);
    expect(there.matches(here.of('code 123456'), 'code 123457')).toBe(false);
  });

  it('outlives a change of keys while the old one is still in the settings', () => {
    const recorded = new Fingerprints(ARCHIVE, ring('a', { a: first })).of('order');
    const later = new Fingerprints(ARCHIVE, ring('b', { b: second, a: first }));
    expect(later.of('order').keyId).toBe('codec:b');
    expect(later.matches(recorded, 'order')).toBe(true);
    expect(later.matches(recorded, 'another')).toBe(false);
    const without = new Fingerprints(ARCHIVE, ring('b', { b: second }));
    expect(without.matches(recorded, 'order')).toBe(false);
  });

  it('is no hash that somebody without the key can make, and no other archive makes it', () => {
    const { fingerprint } = new Fingerprints(ARCHIVE, ring('a', { a: first })).of('123456');
    expect(fingerprint).not.toBe(createHash('sha256').update('123456').digest('hex'));
    expect(new Fingerprints(ARCHIVE, ring('a', { a: second })).of('123456').fingerprint).not.toBe(fingerprint);
    const other = ARCHIVE.replace('4f', '5f');
    expect(new Fingerprints(other, ring('a', { a: first })).of('123456').fingerprint).not.toBe(fingerprint);
  });

  it('can be made where nothing is encrypted', () => {
    const plain = new Fingerprints(ARCHIVE, undefined);
    expect(plain.matches(plain.of('order'), 'order')).toBe(true);
    expect(plain.matches({ keyId: 'archive', fingerprint: '' }, 'order')).toBe(false);
  });
});
