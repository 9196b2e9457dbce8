import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const KEPT = join(import.meta.dirname, '..', 'node_modules', '.cache', 'videoid-test-rsa');
const taken = new Map<number, number>();

/**
 * An RSA key that no other call in this test file got. Making one takes up to a second. So the keys are kept beside the
 * dependencies, and every test file takes them in the same order.
 */
export function rsaKey(bits = 2048): KeyObject {
  const number = taken.get(bits) ?? 0;
  taken.set(bits, number + 1);
  const file = join(KEPT, `${bits}-${number}.pem`);
  if (existsSync(file)) return createPrivateKey(readFileSync(file));
  const key = generateKeyPairSync('rsa', { modulusLength: bits }).privateKey;
  mkdirSync(KEPT, { recursive: true });
  // Renamed, because several test files come here at once. Each keeps the key that it made.
  const own = `${file}.${process.pid}`;
  writeFileSync(own, key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  renameSync(own, file);
  return key;
}

/** Both halves of a seal key in PEM, as `generateSealKeys` makes them. */
export function sealKeyPair(): { publicKey: string; privateKey: string } {
  const key = rsaKey(3072);
  return {
    publicKey: createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
