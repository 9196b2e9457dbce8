import { constants, privateDecrypt, publicEncrypt } from 'node:crypto';
import { VideoIdError } from '../messages/failures.js';
import type { Sealed } from '../messages/steering.js';
import { type SealPrivateKeys, type SealPublicKey, isKeyId } from './keys.js';
import { Secret } from './secret.js';

/** RSA-OAEP with SHA-256. With the label, other ciphertexts for the same key cannot be opened as ours. */
const OAEP = {
  padding: constants.RSA_PKCS1_OAEP_PADDING,
  oaepHash: 'sha256',
  oaepLabel: Buffer.from('videoid-worker: code or credential typed by a person'),
} as const;

/** Bytes that OAEP with SHA-256 adds (RFC 8017 §7.1.1). */
const OAEP_OVERHEAD = 66;

/**
 * Encrypts a typed code, PIN or password so that only the step that needs it can read it.
 *
 * @throws VideoIdError BAD_INPUT when the text does not fit (318 bytes of UTF-8 with a 3072-bit key).
 */
export function seal(text: string, publicKey: SealPublicKey): Sealed {
  const bytes = Buffer.from(text, 'utf8');
  const limit = (publicKey.key.asymmetricKeyDetails?.modulusLength ?? 0) / 8 - OAEP_OVERHEAD;
  if (bytes.length > limit) {
    throw new VideoIdError('BAD_INPUT', `A code or credential is longer than ${limit} bytes.`, {
      remedy: 'Type the code, PIN or password itself.',
    });
  }
  return { keyId: publicKey.id, sealed: publicEncrypt({ key: publicKey.key, ...OAEP }, bytes).toString('base64') };
}

/** @throws VideoIdError SEAL_NOT_OPENED when the key is unknown here or does not open it. */
export function openSealed(sealed: Sealed, privateKeys: SealPrivateKeys): Secret {
  const name = isKeyId(sealed.keyId) ? `"${sealed.keyId}"` : 'of that id';
  const key = privateKeys.get(sealed.keyId);
  if (key === undefined) {
    throw new VideoIdError('SEAL_NOT_OPENED', `This worker has no private seal key ${name}.`, {
      field: 'keys.seal',
      remedy: 'Give the worker the private key. Or type the code again, sealed with a key that the worker has.',
    });
  }
  try {
    return new Secret(privateDecrypt({ key, ...OAEP }, Buffer.from(sealed.sealed, 'base64')).toString('utf8'));
  } catch (cause) {
    throw new VideoIdError('SEAL_NOT_OPENED', `The seal key ${name} does not open what was sealed.`, {
      field: 'keys.seal',
      remedy: 'Give the clients the public half of the worker’s key, and type the code again.',
      cause,
    });
  }
}
