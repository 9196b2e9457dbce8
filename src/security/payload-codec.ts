import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { encryptionOff, keyDiffers, keyMissing, notEncrypted, processName } from './key-failures.js';
import type { KeyRing } from './keys.js';

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

  /** @param holder how errors name the process that has the keys */
  constructor(
    keyRing: KeyRing,
    readonly holder: string = processName(),
  ) {
    this.#keyRing = keyRing;
  }

  /** @throws VideoIdError KEY_NOT_SHARED when the ring lacks its own current key. */
  async encode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => this.#encrypt(payload));
  }

  /** @throws VideoIdError KEY_NOT_SHARED when a key is unknown, or does not open the payload. */
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

  /** @throws VideoIdError KEY_NOT_SHARED when the key is unknown, or does not open the payload. */
  open(payload: Payload): Payload {
    const id = keyIdOf(payload);
    const key = this.#key(id);
    const data = Buffer.from(payload.data ?? []);
    const head = IV_LENGTH + TAG_LENGTH;
    try {
      const decipher = createDecipheriv(CIPHER, key, data.subarray(0, IV_LENGTH), { authTagLength: TAG_LENGTH });
      decipher.setAAD(boundTo(id)).setAuthTag(data.subarray(IV_LENGTH, head));
      return PayloadMessage.decode(Buffer.concat([decipher.update(data.subarray(head)), decipher.final()]));
    } catch (cause) {
      throw keyDiffers(this.holder, id, cause);
    }
  }

  #key(id: string) {
    const key = this.#keyRing.keys.get(id);
    if (key !== undefined) return key;
    throw keyMissing(this.holder, id);
  }
}

/** The codec of clients. It refuses answers that are not encrypted: no worker of ours wrote them. */
export class ClientCodec extends EncryptionCodec {
  /** @throws VideoIdError KEY_NOT_SHARED, also for a payload that is not encrypted */
  override async decode(payloads: Payload[]): Promise<Payload[]> {
    if (payloads.every(isEncrypted)) return await super.decode(payloads);
    throw notEncrypted(this.holder);
  }
}

/** The codec of clients with encryption turned off. It changes nothing, and names the reason if something is encrypted. */
export class PlainCodec implements PayloadCodec {
  async encode(payloads: Payload[]): Promise<Payload[]> {
    return payloads;
  }

  /** @throws VideoIdError KEY_NOT_SHARED */
  async decode(payloads: Payload[]): Promise<Payload[]> {
    const encrypted = payloads.find(isEncrypted);
    if (encrypted === undefined) return payloads;
    throw encryptionOff(processName(), keyIdOf(encrypted));
  }
}

export function isEncrypted(payload: Payload): boolean {
  return Buffer.from(payload.metadata?.['encoding'] ?? []).toString() === ENCODING;
}

/** The id of the key that a payload is encrypted with. */
export function keyIdOf(payload: Payload): string {
  return Buffer.from(payload.metadata?.[KEY_ID] ?? []).toString();
}

/** Authenticated with the ciphertext, so that a payload is not accepted under another key's id. */
function boundTo(keyId: string): Buffer {
  return Buffer.from(`${ENCODING} ${keyId}`);
}
