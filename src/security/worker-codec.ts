import {
  ApplicationFailure,
  defaultPayloadConverter,
  type Payload,
  type PayloadCodec,
  type SerializationContext,
} from '@temporalio/common';
import type { StepFailure } from '../messages/activities.js';
import { VideoIdError } from '../messages/failures.js';
import { ORIGIN_MARK, ORIGIN_WORDS, type PayloadOrigin } from '../messages/payload-origin.js';
import { encryptionOff, keyName, processName } from './key-failures.js';
import type { OrderPublicKeys } from './order-keys.js';
import { signedAs } from './order-signatures.js';
import { type EncryptionCodec, isEncrypted, keyIdOf } from './payload-codec.js';

/** Bytes. The longest order holds a few texts of 2000 characters, the longest start a policy and ten documents. */
const LONGEST = 65_536;

/** The encrypted metadata with which a worker says for which step of which workflow it writes. */
const WRITTEN_FOR = 'videoid-for';

/** Milliseconds until a step is tried again for which the worker lacked the key. Another worker may have it. */
const RETRY_IN = 5000;

/** The encoding of a payload without a value. */
const NOTHING = 'binary/null';

/**
 * The codec of a worker. It never throws for payloads from outside (starts, Updates, signals, queries): a workflow task that fails
 * because of a payload would fail forever. Instead it marks the payload with what it found, and empties a payload that it cannot
 * read. The workflow decides what to do. A mark that was sent from outside is overwritten. Words beside the mark name the key.
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

  /** @throws ApplicationFailure KEY_NOT_SHARED, which Temporal retries, for a payload of a worker with another key */
  async decode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    const outside = context?.type === 'workflow';
    const step = stepOf(context);
    return payloads.map((payload) => (outside ? this.#fromOutside(payload) : this.#fromWorker(payload, step)));
  }

  #fromOutside(payload: Payload): Payload {
    if ((payload.data?.length ?? 0) > LONGEST) return nothing('not-readable');
    const { encryption, orders } = this.keys;
    const open = !isEncrypted(payload);
    let opened = payload;
    try {
      opened = this.#opened(payload);
      defaultPayloadConverter.fromPayload(opened); // the workflow will do the same, and must not throw
    } catch (error) {
      return nothing('not-readable', error instanceof VideoIdError ? clauseOf(error) : undefined);
    }
    if (encryption !== undefined && open) return marked(opened, 'not-encrypted', this.#onlyEncrypted());
    if (orders === undefined) return marked(opened, 'not-asked');
    const { as, keyId } = signedAs(opened, orders);
    if (as === 'unsigned') return marked(opened, 'encrypted');
    if (as === 'order' || as === 'start') return marked(opened, `signed-${as}`);
    return marked(opened, 'wrongly-signed', this.#notSigned(as, keyId));
  }

  #fromWorker(payload: Payload, step: string | undefined): Payload {
    if (this.keys.encryption === undefined && !isEncrypted(payload)) return payload;
    if (!isEncrypted(payload)) return nothing('not-encrypted');
    try {
      const opened = this.#opened(payload);
      const writtenFor = Buffer.from(opened.metadata?.[WRITTEN_FOR] ?? []).toString();
      return writtenFor === step ? opened : nothing('of-another-step');
    } catch (error) {
      throw error instanceof VideoIdError ? retriedFailure(error) : error;
    }
  }

  /** @throws VideoIdError KEY_NOT_SHARED */
  #opened(payload: Payload): Payload {
    if (!isEncrypted(payload)) return payload;
    if (this.keys.encryption === undefined) throw encryptionOff(processName('worker'), keyIdOf(payload));
    return this.keys.encryption.open(payload);
  }

  #onlyEncrypted(): string {
    return `it is not encrypted, and ${processName('worker')} has encryption turned on. Set keys.encryptPayloads alike in all processes`;
  }

  #notSigned(as: 'unknown' | 'wrongly', keyId: string): string {
    const worker = processName('worker');
    return as === 'unknown'
      ? `${worker} does not have the orders key ${keyName(keyId)} that signed it. Add its public key to keys.orders there, and restart that worker`
      : `the orders key ${keyName(keyId)} of ${worker} did not sign it: two keys have one id, or it was changed. Give the worker the public key of the sender, and restart it`;
  }
}

/** For a step's input, and for a workflow task. Both are tried again, and succeed at a worker that has the key. */
function retriedFailure({ code, words, facts }: VideoIdError): ApplicationFailure {
  const details: StepFailure = { code, words, temporary: true, facts };
  return ApplicationFailure.create({ type: code, message: words, details: [details], nextRetryDelay: RETRY_IN });
}

/** To go on a sentence that ends with a full stop. */
function clauseOf({ words }: VideoIdError): string {
  return words.charAt(0).toLowerCase() + words.slice(1).replace(/\.$/, '');
}

/** A step and its workflow. Payloads for the step are bound to both. */
function stepOf(context: SerializationContext | undefined): string | undefined {
  if (context?.type !== 'activity') return undefined;
  return JSON.stringify([context.workflowId, context.activityId]);
}

function bound(payload: Payload, step: string): Payload {
  return { ...payload, metadata: { ...payload.metadata, [WRITTEN_FOR]: Buffer.from(step) } };
}

function marked({ metadata, data }: Payload, found: PayloadOrigin, words = ''): Payload {
  const marks = { [ORIGIN_MARK]: Buffer.from(found), [ORIGIN_WORDS]: Buffer.from(words) };
  return { metadata: { ...metadata, ...marks }, ...(data ? { data } : {}) };
}

function nothing(found: PayloadOrigin, words?: string): Payload {
  return marked({ metadata: { encoding: Buffer.from(NOTHING) } }, found, words);
}
