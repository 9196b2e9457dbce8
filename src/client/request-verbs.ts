import type { RequestRecord } from '../archive/request-record.js';
import { VideoIdError } from '../messages/failures.js';
import type { IdentityView } from '../messages/identity.js';
import type { Outcome } from '../messages/outcome.js';
import type { RequestStatus } from '../messages/status.js';
import {
  CANCEL_UPDATE,
  type CancelOrder,
  type Resolution,
  RESOLVE_UPDATE,
  type OrderName,
  REVIEW_UPDATE,
  type ReviewDecision,
  type Sealed,
} from '../messages/steering.js';
import type { AttemptOption } from './attempts.js';
import { outcomeOf } from './ending.js';
import { type LookOptions, lookAtIdentity } from './identity.js';
import { keepLink, linkOf } from './link.js';
import { listRequests, type ListOptions, type RequestSummary } from './listing.js';
import {
  checkedCancelOrder,
  checkedResolution,
  checkedReview,
  type PlainResolution,
  type PlainReviewDecision,
} from './orders.js';
import type { RequestAccess } from './request-access.js';
import { authoritySettings, environmentSettings } from './request-settings.js';
import { type DocumentEntry, documentsOf, fileOf, type ShownFile, showFile, type ShowOptions } from './shown-files.js';
import { watchStatus } from './status.js';
import { CALL_WITHIN, type CallOptions } from './updates.js';

/** Milliseconds to find out why there is no link yet. */
const REASON_WITHIN = 2_000;

/** What can be done with a request of either flow; `flow` of the options says which one a reference is of. */
export class RequestVerbs {
  protected readonly access: RequestAccess;

  protected constructor(access: RequestAccess) {
    this.access = access;
  }

  /**
   * The link for the signer; waits for create, `within` milliseconds (10 000 if left out). Each showing is recorded.
   *
   * @throws VideoIdError STILL_RUNNING, WORKER_AWAY, NOT_NOW, REQUEST_ENDED
   */
  async link(
    reference: string,
    options: AttemptOption & { within?: number | undefined; channel?: string | undefined } = {},
  ): Promise<{ url: string }> {
    const record = await this.access.record(reference, options);
    const { within = CALL_WITHIN, channel } = options;
    return {
      url: await linkOf(this.access.archive, record, {
        within,
        channel,
        status: () => this.access.status(record, REASON_WITHIN),
      }),
    };
  }

  /**
   * Where a request stands, why it waits, what ends the wait, and what a person can do now.
   *
   * @throws VideoIdError WORKER_AWAY, STILL_RUNNING
   */
  async status(
    reference: string,
    options: AttemptOption & { within?: number | undefined } = {},
  ): Promise<RequestStatus> {
    return await this.access.status(await this.access.record(reference, options), options.within);
  }

  /**
   * The status now and after every change, until the end. Reads every `every` milliseconds, 1000 if left out.
   *
   * @throws VideoIdError as `status` does; the caller may watch again
   */
  async *watch(
    reference: string,
    options: AttemptOption & { every?: number | undefined; signal?: AbortSignal | undefined } = {},
  ): AsyncIterable<RequestStatus> {
    const record = await this.access.record(reference, options);
    const { every = 1000, signal } = options;
    yield* watchStatus(() => this.access.status(record), { every, signal });
  }

  /** The provider environment that a request was started in. @throws VideoIdError BAD_SETTING when the settings lost it */
  async environment(
    reference: string,
    options: AttemptOption = {},
  ): Promise<{ name: string; env: 'sandbox' | 'prod' }> {
    const { environment: name } = await this.access.record(reference, options);
    return { name, env: environmentSettings(this.access.config, name).env };
  }

  /** The documents of a request. */
  async documents(reference: string, options: AttemptOption = {}): Promise<DocumentEntry[]> {
    return await documentsOf(this.access.archive, await this.access.record(reference, options));
  }

  /**
   * One document, streamed. The archive records that it was shown.
   *
   * @param index that of its entry in `documents`
   * @throws VideoIdError DOCUMENT_NOT_FOUND, also for a signed file that is not there yet
   */
  async document(reference: string, index: number, options: ShowOptions = {}): Promise<ShownFile & { name: string }> {
    const record = await this.access.record(reference, options);
    const { signed = false, channel } = options;
    const { archive } = this.access;
    const entry = (await documentsOf(archive, record)).find((document) => document.index === index);
    const facts = { index, signed };
    const file = fileOf(record, index, signed);
    const shown = await showFile(archive, record, file, { what: 'document-shown', channel, facts });
    return { ...shown, name: entry?.name ?? '' };
  }

  /**
   * The contract, streamed: as it is shown to the signer, or after signing. The archive records that it was shown.
   *
   * @throws VideoIdError DOCUMENT_NOT_FOUND while it is not there yet
   */
  async contract(reference: string, options: ShowOptions = {}): Promise<ShownFile> {
    const record = await this.access.record(reference, options);
    const { signed = false, channel } = options;
    const file = { kind: signed ? 'signed-contract' : 'contract' } as const;
    return await showFile(this.access.archive, record, file, { what: 'contract-shown', channel, facts: { signed } });
  }

  /**
   * What the provider has of the signer at this moment, as the certificate will say it, beside what is expected. It is read
   * now, shown to the caller alone and kept nowhere; that it was shown is recorded.
   *
   * @throws VideoIdError BAD_INPUT, NOT_NOW, REQUEST_ENDED, STILL_RUNNING, WORKER_AWAY, and the read's failure
   */
  async identity(reference: string, { actor, channel, ...options }: LookOptions = {}): Promise<IdentityView> {
    return await lookAtIdentity(this.access, await this.access.record(reference, options), { actor, channel, options });
  }

  /**
   * The RAO's decision, carried out with the deciding officer's own credentials. The first decision counts.
   *
   * @throws VideoIdError BAD_INPUT, UNKNOWN_OFFICER, SIGNER_UNEXPECTED (approve with `identity`, or refuse), NOT_NOW, REQUEST_ENDED, STILL_RUNNING, WORKER_AWAY, and the step's failure
   */
  async review(
    reference: string,
    decision: PlainReviewDecision,
    options: CallOptions = {},
  ): Promise<{ status: string }> {
    const given = checkedReview(decision);
    const { credentials, ...rest } = given;
    const record = await this.access.record(reference, options);
    return await this.access.once(record, {
      verb: REVIEW_UPDATE,
      given,
      options,
      check: () => this.#knownOfficer(record, rest.officer),
      carryOut: async (call) => {
        const sealed: ReviewDecision =
          credentials === undefined ? rest : { ...rest, credentials: await this.#sealed(credentials) };
        return await this.access.ask<{ status: string }>(record, REVIEW_UPDATE, sealed, call);
      },
    });
  }

  /**
   * Ends a request. Takes effect between steps; a request that is being signed ends signed.
   *
   * @throws VideoIdError BAD_INPUT, NOT_NOW, REQUEST_ENDED, STILL_RUNNING, WORKER_AWAY
   */
  async cancel(reference: string, order: CancelOrder, options: CallOptions = {}): Promise<void> {
    const given = checkedCancelOrder(order);
    await this.order(CANCEL_UPDATE, given, await this.access.record(reference, options), options);
  }

  /**
   * An operator's decision about attention: taken, not carried out yet; but `new-video` answers when the new video request
   * is there, and its link with it.
   *
   * @throws VideoIdError BAD_INPUT, UNKNOWN_REMEDY, NOT_NOW, REQUEST_ENDED, STILL_RUNNING, WORKER_AWAY, and the step's failure
   */
  async resolve(reference: string, resolution: PlainResolution, options: CallOptions = {}): Promise<void> {
    const given = checkedResolution(resolution);
    const { link, ...order } = given;
    const record = await this.access.record(reference, options);
    await this.access.once(record, {
      verb: RESOLVE_UPDATE,
      given,
      options,
      check: () => {
        if (record.flow === 'signature' && order.ids !== undefined && order.ids.videoidPk === undefined)
          throw noVideoId();
      },
      carryOut: async (call) => {
        await this.access.ask(record, RESOLVE_UPDATE, order satisfies Resolution, call);
        if (link !== undefined && order.ids !== undefined)
          await keepLink(this.access.archive, record, order.ids, link, call);
      },
    });
  }

  /**
   * How a request ended.
   *
   * @param options.wait until it ends, however long that takes
   * @throws VideoIdError REQUEST_NOT_ENDED, REQUEST_ENDED (ended from outside, without an outcome)
   */
  async outcome(reference: string, options: AttemptOption & { wait?: boolean | undefined } = {}): Promise<Outcome> {
    const record = await this.access.record(reference, options);
    return await outcomeOf(this.access, record, options.wait === true);
  }

  /**
   * The requests of this installation that Temporal remembers, the newest first.
   *
   * @throws VideoIdError BAD_INPUT
   */
  async list(options: ListOptions = {}): Promise<RequestSummary[]> {
    return await listRequests(
      { client: this.access.client, taskQueue: this.access.config.temporal.taskQueue },
      options,
    );
  }

  /** An order that goes to the request as it was given. */
  protected async order<Answer>(
    name: OrderName,
    given: object,
    record: RequestRecord,
    options: CallOptions,
  ): Promise<Answer> {
    const carryOut = (call: CallOptions): Promise<Answer> => this.access.ask<Answer>(record, name, given, call);
    return await this.access.once(record, { verb: name, given, options, carryOut });
  }

  async #sealed({ password, pin }: { password?: string; pin?: string }): Promise<{ password?: Sealed; pin?: Sealed }> {
    return {
      ...(password === undefined ? {} : { password: await this.access.seal(password) }),
      ...(pin === undefined ? {} : { pin: await this.access.seal(pin) }),
    };
  }

  #knownOfficer(record: RequestRecord, officer: string): void {
    const { officers } = authoritySettings(this.access.config, record.registrationAuthority);
    if (Object.hasOwn(officers, officer)) return;
    throw new VideoIdError('UNKNOWN_OFFICER', 'The registration authority has no such officer in the settings.', {
      field: 'officer',
      remedy: `Add the officer to registrationAuthorities.${record.registrationAuthority}.officers, or decide as another.`,
    });
  }
}

function noVideoId(): VideoIdError {
  return new VideoIdError('BAD_INPUT', 'ids.videoidPk: must be given for a signature request.', {
    field: 'ids.videoidPk',
    remedy: "Take both ids from the provider's console.",
  });
}
