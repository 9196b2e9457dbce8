import {
  defaultPayloadConverter,
  type Payload,
  type PayloadCodec,
  type SerializationContext,
} from '@temporalio/common';
import { FOUND, type Found } from '../messages/found.js';
import type { OrderPublicKeys } from './order-keys.js';
import { signedAs } from './order-signatures.js';
import { type EncryptionCodec, isEncrypted } from './payload-codec.js';

/** Bytes. The longest order holds a few texts of 2000 characters, the longest start a policy and ten documents. */
const LONGEST = 65_536;

/** The encoding of a payload without a value. */
const NOTHING = 'binary/null';

/**
 * The codec of a worker. What comes from outside (starts, Updates, signals, queries) never makes it throw, since a workflow task
 * that fails over a payload fails for ever: the payload gets a mark that says what was found, and what cannot be read becomes
 * nothing. The workflow decides. A mark that came along is overwritten.
 *
 * What workers write to each other (arguments and results of activities) is another matter: where a key is missing it throws,
 * so that the task heals with the key. What is not encrypted at all no worker wrote; it becomes nothing, and is marked.
 */
export class WorkerCodec implements PayloadCodec {
  /** @param keys.encryption absent where nothing is encrypted @param keys.orders absent where nothing has to be signed */
  constructor(
    private readonly keys: { encryption: EncryptionCodec | undefined; orders: OrderPublicKeys | undefined },
  ) {}

  async encode(payloads: Payload[]): Promise<Payload[]> {
    return this.keys.encryption === undefined ? payloads : this.keys.encryption.encode(payloads);
  }

  /** @throws VideoIdError BAD_SETTING for what workers wrote with a key that is not known here */
  async decode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    const outside = context?.type === 'workflow';
    return payloads.map((payload) => (outside ? this.#fromOutside(payload) : this.#fromWorker(payload)));
  }

  #fromOutside(payload: Payload): Payload {
    if ((payload.data?.length ?? 0) > LONGEST) return nothing('not-readable');
    const { encryption, orders } = this.keys;
    const open = encryption === undefined || !isEncrypted(payload);
    let opened = payload;
    try {
      if (!open) opened = encryption.open(payload);
      defaultPayloadConverter.fromPayload(opened); // as the workflow will, where it must not throw
    } catch {
      return nothing('not-readable');
    }
    if (encryption !== undefined && open) return marked(opened, 'not-encrypted');
    if (orders === undefined) return marked(opened, 'not-asked');
    const signed = signedAs(opened, orders);
    if (signed === 'unsigned') return marked(opened, 'encrypted');
    return marked(opened, signed === 'wrongly' ? 'wrongly-signed' : `signed-${signed}`);
  }

  #fromWorker(payload: Payload): Payload {
    const { encryption } = this.keys;
    if (encryption === undefined) return payload;
    return isEncrypted(payload) ? encryption.open(payload) : nothing('not-encrypted');
  }
}

function marked({ metadata, data }: Payload, found: Found): Payload {
  return { metadata: { ...metadata, [FOUND]: Buffer.from(found) }, ...(data ? { data } : {}) };
}

function nothing(found: Found): Payload {
  return marked({ metadata: { encoding: Buffer.from(NOTHING) } }, found);
}
