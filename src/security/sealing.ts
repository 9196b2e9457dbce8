import { constants, privateDecrypt, publicEncrypt } from 'node:crypto';
import { VideoIdError } from '../messages/failures.js';
import type { Sealed } from '../messages/steering.js';
import { keyName, processName, sentence } from './key-failures.js';
import type { SealPrivateKeys, SealPublicKey } from './keys.js';
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

/**
 * @param holder how the error names this process
 * @throws VideoIdError SEAL_NOT_OPENED when the key is unknown here or does not open it
 */
export function openSealed(sealed: Sealed, privateKeys: SealPrivateKeys, holder = processName('worker')): Secret {
  const name = keyName(sealed.keyId);
  const key = privateKeys.get(sealed.keyId);
  if (key === undefined) {
    throw new VideoIdError('SEAL_NOT_OPENED', `${sentence(holder)} has no private seal key ${name}.`, {
      field: 'keys.seal',
      remedy: `Add the private key to keys.seal of ${holder}, and restart it. Or put a public key that it has first in keys.seal of the process where people type.`,
    });
  }
  try {
    return new Secret(privateDecrypt({ key, ...OAEP }, Buffer.from(sealed.sealed, 'base64')).toString('utf8'));
  } catch (cause) {
    throw new VideoIdError(
      'SEAL_NOT_OPENED',
      `The private seal key ${name} of ${holder} does not open what was sealed under this id: two keys have one id.`,
      {
        field: 'keys.seal',
        remedy:
          'Give the processes where people type the public half of the key that the worker has, and restart them. Then type it again.',
        cause,
      },
    );
  }
}
