import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { VideoIdError } from '../messages/failures.js';
import { checkIds, type KeyKind, readKeyPair, readPemKey } from './keys.js';

/** An orders key in the settings: secret references to PEM. Without `privateKey` it can only check signatures. */
export interface OrderKeySetting {
  id: string;
  publicKey: string;
  privateKey?: string | undefined;
}

/** The key that signs starts and orders. Only clients and gateways hold it. */
export interface OrderSigner {
  id: string;
  key: KeyObject;
}

/** The keys whose signatures are accepted, by id. */
export type OrderPublicKeys = ReadonlyMap<string, KeyObject>;

const FIELD = 'keys.orders';

const ORDERS_KEY: KeyKind = {
  name: 'orders key',
  form: 'an Ed25519 key',
  remedy: 'Make a pair with `openssl genpkey -algorithm ed25519`, or with videoid setup --keys DIRECTORY.',
  fits: ({ asymmetricKeyType }) => asymmetricKeyType === 'ed25519',
};

/**
 * Reads the public keys that check orders and starts. It reads no private key.
 *
 * @throws VideoIdError SECRET_NOT_FOUND, or BAD_SETTING for no key, a repeated id or a key that is not Ed25519
 */
export async function loadOrderPublicKeys(settings: readonly OrderKeySetting[]): Promise<OrderPublicKeys> {
  if (settings.length === 0) {
    throw new VideoIdError('BAD_SETTING', 'There is no orders key, so nobody can start or steer requests.', {
      field: FIELD,
      remedy: 'Give the public keys of the allowed gateways and clients. New keys: videoid setup --keys DIRECTORY.',
    });
  }
  checkIds(FIELD, settings);
  const keys = new Map<string, KeyObject>();
  for (const [index, { id, publicKey }] of settings.entries()) {
    keys.set(id, await readPemKey(ORDERS_KEY, `${FIELD}[${index}].publicKey`, publicKey, createPublicKey));
  }
  return keys;
}

/**
 * Reads the private key that signs: that of the first entry which has one.
 *
 * @throws VideoIdError SECRET_NOT_FOUND, or BAD_SETTING for no private key, one that is not Ed25519, or two keys that do not belong together
 */
export async function loadOrderSigner(settings: readonly OrderKeySetting[]): Promise<OrderSigner> {
  checkIds(FIELD, settings);
  for (const [index, { id, publicKey, privateKey }] of settings.entries()) {
    if (privateKey === undefined) continue;
    return { id, key: await readKeyPair(ORDERS_KEY, `${FIELD}[${index}]`, { id, publicKey, privateKey }) };
  }
  throw new VideoIdError(
    'BAD_SETTING',
    'There is no private orders key, so this process cannot start or steer requests.',
    {
      field: FIELD,
      remedy: 'Give this process a privateKey for one orders key. New keys: videoid setup --keys DIRECTORY.',
    },
  );
}

/** A new pair of orders keys, PEM (SPKI and PKCS #8). Only the owner may read the private one. */
export function generateOrderKeys(): { publicKey: string; privateKey: string } {
  return generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}
