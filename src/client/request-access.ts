import type { Client } from '@temporalio/client';
import type { Archive } from '../archive/archive.js';
import type { RequestRecord } from '../archive/request-record.js';
import type { Config } from '../config/schema.js';
import { VideoIdError } from '../messages/failures.js';
import type { RequestStatus } from '../messages/status.js';
import type { OrderName, Sealed } from '../messages/steering.js';
import type { Fingerprints } from '../security/fingerprints.js';
import { loadSealPrivateKeys, loadSealPublicKey, type SealPublicKey } from '../security/keys.js';
import type { SignArgument } from '../security/order-signatures.js';
import { openSealed, seal } from '../security/sealing.js';
import { attemptOf, flowOf } from './attempts.js';
import { attemptOrdered, type Order, orderOnce } from './bound-orders.js';
import { hasEnded, outcomeOf } from './ending.js';
import { loadSigning } from './signing.js';
import { statusOf } from './status.js';
import { CALL_WITHIN, type CallOptions, RequestClosed, update } from './updates.js';

/** The way to recorded and running requests, whatever their flow; every verb goes through it. */
export class RequestAccess {
  readonly config: Config;
  readonly archive: Archive;
  readonly client: Client;
  readonly fingerprints: Fingerprints;
  /** Whether a reference without a flow is looked for in both. */
  readonly #findsFlow: boolean;
  #sealKey: Promise<SealPublicKey> | undefined;
  #signing: Promise<SignArgument> | undefined;

  constructor(place: {
    config: Config;
    archive: Archive;
    client: Client;
    fingerprints: Fingerprints;
    findsFlow: boolean;
  }) {
    this.config = place.config;
    this.archive = place.archive;
    this.client = place.client;
    this.fingerprints = place.fingerprints;
    this.#findsFlow = place.findsFlow;
  }

  /** The attempt that is meant: the latest, or the one that an order with this id was about. */
  async record(reference: string, { flow, attempt, updateId }: CallOptions): Promise<RequestRecord> {
    const meant = flow ?? (this.#findsFlow ? await flowOf(this.archive, reference) : 'signature');
    const record = await attemptOf(this.archive, meant, reference, attempt);
    return attempt === undefined ? await attemptOrdered(this.archive, record, updateId) : record;
  }

  /** Carries an order out once for its key. */
  async once<Answer>(record: RequestRecord, order: Order<Answer>): Promise<Answer> {
    return await orderOnce(this, record, order);
  }

  async status(record: RequestRecord, within = CALL_WITHIN): Promise<RequestStatus> {
    const place = { archive: this.archive, client: this.client, taskQueue: this.config.temporal.taskQueue };
    return await statusOf(place, record, within);
  }

  /** Asks the running request; one that has ended tells what it answered before, or its outcome. */
  async ask<Answer>(record: RequestRecord, name: OrderName, argument: object, options: CallOptions): Promise<Answer> {
    const { workflowId } = record;
    const { taskQueue } = this.config.temporal;
    const sign = await this.signing();
    try {
      return await update<Answer>(this.client, { workflowId, taskQueue, name, argument, sign, options });
    } catch (error) {
      if (!(error instanceof RequestClosed)) throw error;
      throw await endedOrReset(this, record, options);
    }
  }

  /** Whether what is sealed can be opened here. */
  get opens(): boolean {
    return this.config.keys.seal.some(({ privateKey }) => privateKey !== undefined);
  }

  /** Opens what was sealed for the archive. @throws VideoIdError SEAL_NOT_OPENED, SECRET_NOT_FOUND, BAD_SETTING */
  async open(sealed: Sealed): Promise<string> {
    if (this.opens) return openSealed(sealed, await loadSealPrivateKeys(this.config.keys.seal)).reveal();
    throw new VideoIdError('SEAL_NOT_OPENED', 'There is no private seal key here.', {
      field: 'keys.seal',
      remedy: 'Run it where the private key is: on the machine of a worker, or of who keeps the key.',
    });
  }

  /** What signs starts and orders. @throws VideoIdError BAD_SETTING, SECRET_NOT_FOUND without a private orders key */
  signing(): Promise<SignArgument> {
    this.#signing ??= loadSigning(this.config.keys);
    return this.#signing;
  }

  /** Encrypts what a person typed to the seal key. */
  async seal(text: string): Promise<Sealed> {
    this.#sealKey ??= loadSealPublicKey(this.config.keys.seal);
    return seal(text, await this.#sealKey);
  }
}

/** An Update is left without an answer when the request ends, and when it is reset; then it asks itself again. */
async function endedOrReset(
  access: RequestAccess,
  record: RequestRecord,
  { updateId }: CallOptions,
): Promise<VideoIdError> {
  try {
    return hasEnded(await outcomeOf(access, record, false));
  } catch (error) {
    if (!(error instanceof VideoIdError) || error.code !== 'REQUEST_NOT_ENDED') throw error;
    return new VideoIdError('STILL_RUNNING', 'The request was reset meanwhile; what was asked is asked again.', {
      remedy: 'See the status of the request, and ask again if it was not carried out.',
      ...(updateId === undefined ? {} : { facts: { updateId } }),
    });
  }
}
