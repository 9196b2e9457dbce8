import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { VideoIdError } from '../messages/failures.js';
import { type KeyRing, isKeyId } from './keys.js';

/** The name that Temporal's samples and UI use. */
const ENCODING = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';
const CIPHER = 'aes-256-gcm';
/** Bytes. The sizes that GCM is specified for (NIST SP 800-38D). */
const IV_LENGTH = 12;
const TAG_LENGTH = 16;

const PayloadMessage = proto.temporal.api.common.v1.Payload;

/**
 * Encrypts whole payloads with AES-256-GCM, metadata included. The key's id is in the new metadata, so several keys can be in
 * use. The data is IV, tag, ciphertext. A payload is bound only to its key id, because the Temporal UI sends payloads to the
 * codec server without their workflow. Decoding does not change payloads that are not encrypted.
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
        remedy: 'Another key has the same id, or the payload was changed. Give every process the same keys.',
        cause,
      });
    }
  }

  #key(id: string) {
    const key = this.#keyRing.keys.get(id);
    if (key !== undefined) return key;
    throw new VideoIdError('BAD_SETTING', `There is no codec key ${isKeyId(id) ? `"${id}"` : 'of that id'}.`, {
      field: 'keys.codec',
      remedy:
        'Add the key to the settings of this process. Give new keys to workers and codec servers before clients use them.',
    });
  }
}

/** The codec of clients. It refuses answers that are not encrypted: no worker of ours wrote them. */
export class ClientCodec extends EncryptionCodec {
  /** @throws VideoIdError BAD_SETTING, also for a payload that is not encrypted */
  override async decode(payloads: Payload[]): Promise<Payload[]> {
    if (payloads.every(isEncrypted)) return await super.decode(payloads);
    throw new VideoIdError(
      'BAD_SETTING',
      'An answer in Temporal is not encrypted, so no worker with our keys wrote it.',
      {
        field: 'keys.encryptPayloads',
        remedy: 'Give workers and clients the same setting, and check who can write to Temporal.',
      },
    );
  }
}

export function isEncrypted(payload: Payload): boolean {
  return Buffer.from(payload.metadata?.['encoding'] ?? []).toString() === ENCODING;
}

/** Authenticated with the ciphertext, so that a payload is not accepted under another key's id. */
function boundTo(keyId: string): Buffer {
  return Buffer.from(`${ENCODING} ${keyId}`);
}
