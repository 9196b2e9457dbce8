import { createHash, createHmac, createPublicKey, type KeyObject } from 'node:crypto';
import { VideoIdError } from '../messages/failures.js';
import type { KeyPrint, KeyPrints } from '../messages/processes.js';
import { type CodecKeySetting, loadKeyRing, type SealKeySetting } from './keys.js';
import type { OrderKeySetting } from './order-keys.js';
import { resolveSecret } from './secret.js';

/** 48 bits: enough to tell keys apart. */
const HEX_DIGITS = 12;

/** The keys of the settings. */
export interface KeySettings {
  encryptPayloads: boolean;
  codec: readonly CodecKeySetting[];
  seal: readonly SealKeySetting[];
  orders: readonly OrderKeySetting[];
}

/**
 * The fingerprints of the keys in the settings. Reads no private key. A key that cannot be read has none: whoever uses it reports it.
 * The codec keys are random, so nobody can find one from its fingerprint by trying.
 */
export async function keyPrints(keys: KeySettings): Promise<KeyPrints> {
  return {
    encrypts: keys.encryptPayloads,
    codec: await printed(keys.codec, async (setting) => ({ id: setting.id, print: await codecPrint(setting) })),
    seal: await printed(keys.seal, publicPrint),
    orders: await printed(keys.orders, publicPrint),
  };
}

async function codecPrint(setting: CodecKeySetting): Promise<string> {
  const { keys, current } = await loadKeyRing([setting]);
  const hmac = createHmac('sha256', keys.get(current) as KeyObject).update('videoid key fingerprint');
  return hmac.digest('hex').slice(0, HEX_DIGITS);
}

async function publicPrint({ id, publicKey, privateKey }: SealKeySetting): Promise<KeyPrint & { private: boolean }> {
  const pem = (await resolveSecret(publicKey, 'keys')).reveal();
  const bytes = createPublicKey(pem).export({ type: 'spki', format: 'der' });
  const print = createHash('sha256').update(bytes).digest('hex').slice(0, HEX_DIGITS);
  return { id, print, private: privateKey !== undefined };
}

async function printed<Setting, Print>(
  settings: readonly Setting[],
  print: (setting: Setting) => Promise<Print>,
): Promise<Print[]> {
  const prints: Print[] = [];
  for (const setting of settings) {
    try {
      prints.push(await print(setting));
    } catch (error) {
      const unreadable = error instanceof VideoIdError || (error instanceof Error && 'code' in error);
      if (!unreadable) throw error;
    }
  }
  return prints;
}
