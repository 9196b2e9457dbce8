import {
  type KeyObject,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPair,
  randomBytes,
} from 'node:crypto';
import { promisify } from 'node:util';
import { VideoIdError } from '../messages/failures.js';
import { resolveSecret } from './secret.js';

/** AES-256 keys of the payload codec: `current` encrypts, all decrypt. A `KeyObject` does not print its key. */
export interface KeyRing {
  current: string;
  keys: ReadonlyMap<string, KeyObject>;
}

/** The key that seals a typed code or PIN. */
export interface SealPublicKey {
  id: string;
  key: KeyObject;
}

/** The keys that open seals, by id. Only a worker holds them. */
export type SealPrivateKeys = ReadonlyMap<string, KeyObject>;

/** A codec key in the settings: `key` is a secret reference to 32 bytes in base64. */
export interface CodecKeySetting {
  id: string;
  key: string;
}

/** A seal key in the settings: secret references to PEM. Without `privateKey` it can only seal. */
export interface SealKeySetting {
  id: string;
  publicKey: string;
  privateKey?: string | undefined;
}

const CODEC_KEY_BYTES = 32;
const SEAL_KEY_BITS = 3072;

/**
 * Reads the codec keys; the first encrypts, all decrypt.
 *
 * @throws VideoIdError SECRET_NOT_FOUND, or BAD_SETTING for no key, a repeated id or a key that is not 32 bytes of base64.
 */
export async function loadKeyRing(settings: readonly CodecKeySetting[]): Promise<KeyRing> {
  const [first] = settings;
  if (first === undefined) {
    throw new VideoIdError('BAD_SETTING', 'There is no codec key.', {
      field: 'keys.codec',
      remedy: 'Give at least one key: 32 random bytes in base64.',
    });
  }
  checkIds('keys.codec', settings);
  const keys = new Map<string, KeyObject>();
  for (const [index, { id, key }] of settings.entries()) {
    const field = `keys.codec[${index}].key`;
    const text = (await resolveSecret(key, field)).reveal().trim();
    const bytes = Buffer.from(text, 'base64');
    if (bytes.length !== CODEC_KEY_BYTES || bytes.toString('base64') !== text) {
      throw new VideoIdError('BAD_SETTING', `The codec key "${id}" is not ${CODEC_KEY_BYTES} bytes in base64.`, {
        field,
        remedy: 'Make one with `openssl rand -base64 32`.',
      });
    }
    keys.set(id, createSecretKey(bytes));
  }
  return { current: first.id, keys };
}

/**
 * Reads the public key for sealing: that of the first entry. It reads no private key.
 *
 * @throws VideoIdError SECRET_NOT_FOUND, or BAD_SETTING for no key or one that is not RSA of 3072 bits or more.
 */
export async function loadSealPublicKey(settings: readonly SealKeySetting[]): Promise<SealPublicKey> {
  const [first] = settings;
  if (first === undefined) {
    throw new VideoIdError('BAD_SETTING', 'There is no seal key.', {
      field: 'keys.seal',
      remedy: `Give at least one RSA public key of ${SEAL_KEY_BITS} bits, PEM, by reference.`,
    });
  }
  checkIds('keys.seal', settings);
  return { id: first.id, key: await readPemKey(SEAL_KEY, 'keys.seal[0].publicKey', first.publicKey, createPublicKey) };
}

/**
 * Reads every private seal key there is, and checks that it belongs to its public key.
 *
 * @throws VideoIdError SECRET_NOT_FOUND, or BAD_SETTING for no private key, a wrong one, or two keys that do not belong together.
 */
export async function loadSealPrivateKeys(settings: readonly SealKeySetting[]): Promise<SealPrivateKeys> {
  checkIds('keys.seal', settings);
  const keys = new Map<string, KeyObject>();
  for (const [index, { id, publicKey, privateKey }] of settings.entries()) {
    if (privateKey === undefined) continue;
    keys.set(id, await readKeyPair(SEAL_KEY, `keys.seal[${index}]`, { id, publicKey, privateKey }));
  }
  if (keys.size === 0) {
    throw new VideoIdError('BAD_SETTING', 'There is no private seal key, so typed codes cannot be opened.', {
      field: 'keys.seal',
      remedy: 'Give the worker a privateKey for at least one seal key.',
    });
  }
  return keys;
}

/** A new codec key: 32 random bytes in base64. Keep it in a file that only the owner can read. */
export function generateCodecKey(): string {
  return randomBytes(CODEC_KEY_BYTES).toString('base64');
}

/** A new pair of seal keys, PEM (SPKI and PKCS #8). Only the owner may read the private one. */
export async function generateSealKeys(): Promise<{ publicKey: string; privateKey: string }> {
  return promisify(generateKeyPair)('rsa', {
    modulusLength: SEAL_KEY_BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

/** Key ids appear in payload metadata and error texts, so only simple characters are allowed. */
export function checkIds(field: string, settings: readonly { id: string }[]): void {
  const seen = new Set<string>();
  for (const [index, { id }] of settings.entries()) {
    if (!isKeyId(id) || seen.has(id)) {
      throw new VideoIdError(
        'BAD_SETTING',
        'A key id is repeated, or is not 1 to 64 of the characters A-Z a-z 0-9 . _ -',
        {
          field: `${field}[${index}].id`,
          remedy: 'Give every key an id of its own, for example 2025-10.',
        },
      );
    }
    seen.add(id);
  }
}

/** Whether an id has the form of a key id. Then it is safe to show. */
export function isKeyId(id: string): boolean {
  return /^[A-Za-z0-9._-]{1,64}$/.test(id);
}

/** A kind of key: how errors name it, and which keys are of it. */
export interface KeyKind {
  /** "seal key". */
  name: string;
  /** "an RSA key of 3072 bits". */
  form: string;
  remedy: string;
  fits: (key: KeyObject) => boolean;
}

const SEAL_KEY: KeyKind = {
  name: 'seal key',
  form: `an RSA key of ${SEAL_KEY_BITS} bits or more`,
  remedy: `Make a pair with \`openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:${SEAL_KEY_BITS}\`.`,
  fits: ({ asymmetricKeyType, asymmetricKeyDetails }) =>
    asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= SEAL_KEY_BITS,
};

/**
 * Reads a PEM key by reference. `read` makes a public or a private key of it.
 *
 * @throws VideoIdError SECRET_NOT_FOUND, or BAD_SETTING for a key of another kind.
 */
export async function readPemKey(
  { name, form, remedy, fits }: KeyKind,
  field: string,
  reference: string,
  read: (pem: string) => KeyObject,
): Promise<KeyObject> {
  const pem = await resolveSecret(reference, field);
  const wrong = (cause?: unknown) =>
    new VideoIdError('BAD_SETTING', `The ${name} ${reference} is not ${form} in PEM.`, { field, remedy, cause });
  let key: KeyObject;
  try {
    key = read(pem.reveal());
  } catch (cause) {
    throw wrong(cause);
  }
  if (!fits(key)) throw wrong();
  return key;
}

/** @throws VideoIdError BAD_SETTING unless a private key belongs to the public key beside it. */
export async function readKeyPair(
  kind: KeyKind,
  field: string,
  { id, publicKey, privateKey }: { id: string; publicKey: string; privateKey: string },
): Promise<KeyObject> {
  const key = await readPemKey(kind, `${field}.privateKey`, privateKey, createPrivateKey);
  const expected = await readPemKey(kind, `${field}.publicKey`, publicKey, createPublicKey);
  if (createPublicKey(key).equals(expected)) return key;
  throw new VideoIdError('BAD_SETTING', `The private and the public ${kind.name} "${id}" do not belong together.`, {
    field,
    remedy: 'Name the two halves of one key pair.',
  });
}
