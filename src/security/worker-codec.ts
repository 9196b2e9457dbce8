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

/** Where a worker notes, under the encryption, for which step of which workflow it writes. */
const WRITTEN_FOR = 'videoid-for';

/** The encoding of a payload without a value. */
const NOTHING = 'binary/null';

/**
 * The codec of a worker. What comes from outside (starts, Updates, signals, queries) never makes it throw, since a workflow task
 * that fails over a payload fails for ever: the payload gets a mark that says what was found, and what cannot be read becomes
 * nothing. The workflow decides. A mark that came along is overwritten.
 *
 * What workers write to each other (arguments and results of activities) is another matter: where a key is missing it throws,
 * so that the task heals with the key. What is not encrypted at all no worker wrote, and what was written for another step somebody has
 * copied; it becomes nothing, and is marked.
 */
export class WorkerCodec implements PayloadCodec {
  /** @param keys.encryption absent where nothing is encrypted @param keys.orders absent where nothing has to be signed */
  constructor(
    private readonly keys: { encryption: EncryptionCodec | undefined; orders: OrderPublicKeys | undefined },
  ) {}

  async encode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    if (this.keys.encryption === undefined) return payloads;
    const step = stepOf(context);
    return await this.keys.encryption.encode(step === undefined ? payloads : payloads.map((each) => bound(each, step)));
  }

  /** @throws VideoIdError BAD_SETTING for what workers wrote with a key that is not known here */
  async decode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    const outside = context?.type === 'workflow';
    const step = stepOf(context);
    return payloads.map((payload) => (outside ? this.#fromOutside(payload) : this.#fromWorker(payload, step)));
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

  #fromWorker(payload: Payload, step: string | undefined): Payload {
    const { encryption } = this.keys;
    if (encryption === undefined) return payload;
    if (!isEncrypted(payload)) return nothing('not-encrypted');
    const opened = encryption.open(payload);
    const writtenFor = Buffer.from(opened.metadata?.[WRITTEN_FOR] ?? []).toString();
    return writtenFor === step ? opened : nothing('of-another-step');
  }
}

/** A step and its workflow, which what is written for it is bound to. */
function stepOf(context: SerializationContext | undefined): string | undefined {
  if (context?.type !== 'activity') return undefined;
  return JSON.stringify([context.workflowId, context.activityId]);
}

function bound(payload: Payload, step: string): Payload {
  return { ...payload, metadata: { ...payload.metadata, [WRITTEN_FOR]: Buffer.from(step) } };
}

function marked({ metadata, data }: Payload, found: Found): Payload {
  return { metadata: { ...metadata, [FOUND]: Buffer.from(found) }, ...(data ? { data } : {}) };
}

function nothing(found: Found): Payload {
  return marked({ metadata: { encoding: Buffer.from(NOTHING) } }, found);
}
