import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { VideoIdError } from '../messages/failures.js';
import type { SealedAnswer } from '../messages/identity.js';

const CIPHER = 'aes-256-gcm';
const LABEL = 'videoid-worker: answer for one caller';
const TAG_BYTES = 16;
/** The key is used once, so the nonce may be the same. */
const NONCE = Buffer.alloc(12);
/** Base64 of an X25519 key as SubjectPublicKeyInfo. */
const PUBLIC_KEY = /^[A-Za-z0-9+/=]{40,120}$/;

/** A key for one question. Only this process can open an answer that is sealed to `publicKey`. */
export interface AnswerKey {
  /** Base64. */
  publicKey: string;
  /** @throws VideoIdError SEAL_NOT_OPENED */
  open: (answer: SealedAnswer) => string;
}

/** Makes a one-time key. Its private half never leaves this process. */
export function answerKey(): AnswerKey {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  const own = encoded(publicKey);
  return {
    publicKey: own,
    open(answer) {
      try {
        const bytes = Buffer.from(answer.sealed, 'base64');
        const key = sharedKey(privateKey, answer.publicKey, [own, answer.publicKey]);
        const decipher = createDecipheriv(CIPHER, key, NONCE).setAuthTag(bytes.subarray(-TAG_BYTES));
        return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8');
      } catch (cause) {
        throw new VideoIdError('SEAL_NOT_OPENED', 'The answer was not sealed for this question.', {
          remedy: 'Ask again.',
          cause,
        });
      }
    },
  };
}

/**
 * Seals an answer of any length so that only the caller of the question reads it: X25519, HKDF-SHA256, AES-256-GCM.
 *
 * @throws VideoIdError BAD_INPUT for an invalid public key
 */
export function sealAnswer(text: string, publicKey: string): SealedAnswer {
  const own = generateKeyPairSync('x25519');
  const ownPublic = encoded(own.publicKey);
  let key: Buffer;
  try {
    key = sharedKey(own.privateKey, publicKey, [publicKey, ownPublic]);
  } catch {
    throw new VideoIdError('BAD_INPUT', 'The public key cannot be used.', { field: 'publicKey' });
  }
  const cipher = createCipheriv(CIPHER, key, NONCE);
  const bytes = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { publicKey: ownPublic, sealed: bytes.toString('base64') };
}

function sharedKey(privateKey: KeyObject, publicKey: string, both: [caller: string, sealer: string]): Buffer {
  if (!PUBLIC_KEY.test(publicKey)) throw new TypeError('not a public key');
  const other = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  const secret = diffieHellman({ privateKey, publicKey: other });
  return Buffer.from(hkdfSync('sha256', secret, both.join(' '), LABEL, 32));
}

function encoded(key: KeyObject): string {
  return key.export({ format: 'der', type: 'spki' }).toString('base64');
}
