import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { VideoIdError } from '../messages/failures.js';
import { type KeyRing, isKeyId } from './keys.js';

/** The name that Temporal's own samples and UI know. */
const ENCODING = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';
const CIPHER = 'aes-256-gcm';
/** Bytes; the sizes that GCM is specified for (NIST SP 800-38D). */
const IV_LENGTH = 12;
const TAG_LENGTH = 16;

const PayloadMessage = proto.temporal.api.common.v1.Payload;

/**
 * Encrypts whole payloads, metadata included, with AES-256-GCM; the key's id stands in the metadata, so that several
 * keys can be in use at once. The data is IV, tag, ciphertext. Bound to nothing but the key id: the Temporal UI sends
 * payloads to the codec server without their workflow. Payloads that are not encrypted pass decoding as they are.
 */
export class EncryptionCodec implements PayloadCodec {
  readonly #keyRing: KeyRing;

  constructor(keyRing: KeyRing) {
    this.#keyRing = keyRing;
  }

  /** @throws VideoIdError BAD_SETTING when the ring lacks its own current key. */
  async encode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => this.#encrypt(payload));
  }

  /** @throws VideoIdError BAD_SETTING when a key is unknown, or does not open the payload. */
  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => (isEncrypted(payload) ? this.open(payload) : payload));
  }

  #encrypt(payload: Payload): Payload {
    const id = this.#keyRing.current;
    const iv = randomBytes(IV_LENGTH);
    const cipher = createCipheriv(CIPHER, this.#key(id), iv).setAAD(boundTo(id));
    const ciphertext = [cipher.update(PayloadMessage.encode(payload).finish()), cipher.final()];
    return {
      metadata: { encoding: Buffer.from(ENCODING), [KEY_ID]: Buffer.from(id) },
      data: Buffer.concat([iv, cipher.getAuthTag(), ...ciphertext]),
    };
  }

  /** @throws VideoIdError BAD_SETTING when the key is unknown, or does not open the payload. */
  open(payload: Payload): Payload {
    const id = Buffer.from(payload.metadata?.[KEY_ID] ?? []).toString();
    const key = this.#key(id);
    const data = Buffer.from(payload.data ?? []);
    const head = IV_LENGTH + TAG_LENGTH;
    try {
      const decipher = createDecipheriv(CIPHER, key, data.subarray(0, IV_LENGTH), { authTagLength: TAG_LENGTH });
      decipher.setAAD(boundTo(id)).setAuthTag(data.subarray(IV_LENGTH, head));
      return PayloadMessage.decode(Buffer.concat([decipher.update(data.subarray(head)), decipher.final()]));
    } catch (cause) {
      throw new VideoIdError('BAD_SETTING', `The codec key "${id}" does not open a payload that names it.`, {
        field: 'keys.codec',
        remedy: 'Another key has the same id, or the payload was changed; give every process the same keys.',
        cause,
      });
    }
  }

  #key(id: string) {
    const key = this.#keyRing.keys.get(id);
    if (key !== undefined) return key;
    throw new VideoIdError('BAD_SETTING', `There is no codec key ${isKeyId(id) ? `"${id}"` : 'of that id'}.`, {
      field: 'keys.codec',
      remedy: 'Add the key to the settings of this process; keys reach workers and codec servers before clients.',
    });
  }
}

export function isEncrypted(payload: Payload): boolean {
  return Buffer.from(payload.metadata?.['encoding'] ?? []).toString() === ENCODING;
}

/** Authenticated beside the ciphertext, so that a payload cannot be passed off under another key's id. */
function boundTo(keyId: string): Buffer {
  return Buffer.from(`${ENCODING} ${keyId}`);
}
