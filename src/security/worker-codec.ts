import {
  defaultPayloadConverter,
  type Payload,
  type PayloadCodec,
  type SerializationContext,
} from '@temporalio/common';
import { ORIGIN_MARK, type PayloadOrigin } from '../messages/payload-origin.js';
import type { OrderPublicKeys } from './order-keys.js';
import { signedAs } from './order-signatures.js';
import { type EncryptionCodec, isEncrypted } from './payload-codec.js';

/** Bytes. The longest order holds a few texts of 2000 characters, the longest start a policy and ten documents. */
const LONGEST = 65_536;

/** The encrypted metadata with which a worker says for which step of which workflow it writes. */
const WRITTEN_FOR = 'videoid-for';

/** The encoding of a payload without a value. */
const NOTHING = 'binary/null';

/**
 * The codec of a worker. It never throws for payloads from outside (starts, Updates, signals, queries): a workflow task that fails
 * because of a payload would fail forever. Instead it marks the payload with what it found, and empties a payload that it cannot
 * read. The workflow decides what to do. A mark that was sent from outside is overwritten.
 *
 * For payloads of workers (arguments and results of activities) it throws if a key is missing, so that the task works again once
 * the key is there. A payload that is not encrypted, or was copied from another step, is emptied and marked.
 */
export class WorkerCodec implements PayloadCodec {
  /** @param keys.encryption absent without encryption @param keys.orders absent if orders need no signature */
  constructor(
    private readonly keys: { encryption: EncryptionCodec | undefined; orders: OrderPublicKeys | undefined },
  ) {}

  async encode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    if (this.keys.encryption === undefined) return payloads;
    const step = stepOf(context);
    return await this.keys.encryption.encode(step === undefined ? payloads : payloads.map((each) => bound(each, step)));
  }

  /** @throws VideoIdError BAD_SETTING for a payload of a worker with an unknown key */
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
      defaultPayloadConverter.fromPayload(opened); // the workflow will do the same, and must not throw
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

/** A step and its workflow. Payloads for the step are bound to both. */
function stepOf(context: SerializationContext | undefined): string | undefined {
  if (context?.type !== 'activity') return undefined;
  return JSON.stringify([context.workflowId, context.activityId]);
}

function bound(payload: Payload, step: string): Payload {
  return { ...payload, metadata: { ...payload.metadata, [WRITTEN_FOR]: Buffer.from(step) } };
}

function marked({ metadata, data }: Payload, found: PayloadOrigin): Payload {
  return { metadata: { ...metadata, [ORIGIN_MARK]: Buffer.from(found) }, ...(data ? { data } : {}) };
}

function nothing(found: PayloadOrigin): Payload {
  return marked({ metadata: { encoding: Buffer.from(NOTHING) } }, found);
}
