import type { z } from 'zod';
import { VideoIdError } from '../../messages/failures.js';
import type { ProviderStatus, RequestPk } from '../../messages/request.js';
import { Secret } from '../../security/secret.js';
import { type RaoLogin, raoFields, raoId, raoSecrets } from '../credentials.js';
import { isFields } from '../answers/fields.js';
import { Exchange } from '../exchange.js';
import { Http, type Timeouts } from '../http/http.js';
import type { Observer } from '../http/observer.js';
import { meaningOr } from '../answers/meaning.js';
import type { FileSource } from '../http/multipart.js';
import type { ProxySettings } from '../http/proxy.js';
import type { PdfStream } from '../http/pdf-stream.js';
import { registrationAuthorityApi } from './refusals.js';
import type { RegistrationAuthorityAssumptions } from './assumptions.js';
import { type CallName, PATHS, REGISTRATION_AUTHORITY } from './calls.js';
import { contractOf } from './contract.js';
import { hasDocument } from './documents.js';
import { type EnrolmentRequest, enrolmentIn } from './enrolment-request.js';
import { isRequest } from '../provider-request.js';
import { pageOf } from './pages.js';
import {
  type CardSecrets,
  type Scratchcard,
  declarationSchema,
  evidenceSchema,
  missingIn,
  preauthLinkSchema,
  secretsIn,
} from './schemas.js';
import { type ScratchcardCount, countOf, firstUnused, isUsed, scratchcardNamed } from './scratchcards.js';
import { updateOf } from './update.js';
import type { Answered } from '../answers/sorting.js';

export type { RaoLogin } from '../credentials.js';
export type { PdfStream } from '../http/pdf-stream.js';
export type { EnrolmentRequest } from './enrolment-request.js';
export type { CardSecrets, IssuedCertificate, Scratchcard } from './schemas.js';
export type { ScratchcardCount } from './scratchcards.js';

export interface RegistrationAuthoritySettings {
  /** With or without `/api/v1`. */
  baseUrl: string;
  /** Certificate of an API user, PEM, by reference: `env:NAME`, `file:PATH` (§1.2). */
  certificate: string;
  /** Its private key, by reference. */
  key: string;
  passphrase?: string | undefined;
  /** PEM file of the CA that signed the server's certificate. */
  ca?: string | undefined;
  proxy?: ProxySettings | undefined;
  timeouts: Timeouts;
  assumptions: RegistrationAuthorityAssumptions;
  /** Sees every exchange, for `videoid probe`. */
  observer?: Observer | undefined;
}

export interface NewEnrolment {
  /** Serial number of an unused scratchcard. */
  scratchcard: string;
  /** The provider's id of the registration authority. */
  registrationAuthority: string;
  profile: string;
  email: string;
  /** With international prefix. */
  phone: string;
  /** `0` software, `1` smartcard, `2` cloud. */
  secureElement?: string | undefined;
  /** Days. */
  validityTime?: string | undefined;
  /** Other known data, by the provider's names. */
  fields?: Readonly<Record<string, string>> | undefined;
}

/**
 * The Registration Authority API over mutual TLS (§8). Every method throws `ProviderError`, and makes each call once.
 *
 * @example
 * const authority = new RegistrationAuthority({ baseUrl: 'https://api.uanataca.com', certificate, key, timeouts, assumptions });
 * const { sn: scratchcard } = await authority.firstUnusedScratchcard('121');
 * const { requestPk } = await authority.createRequest({ scratchcard, registrationAuthority: '121', profile, email, phone });
 */
export class RegistrationAuthority {
  readonly #assumed: RegistrationAuthorityAssumptions;
  readonly #exchange: Exchange<CallName>;

  /** @throws VideoIdError BAD_SETTING for an address that cannot be used. */
  constructor({ certificate, key, passphrase, assumptions, ...settings }: RegistrationAuthoritySettings) {
    const clientCertificate = { certificate, key, passphrase };
    this.#assumed = assumptions;
    this.#exchange = new Exchange(
      new Http({ ...settings, clientCertificate }, REGISTRATION_AUTHORITY),
      registrationAuthorityApi(assumptions),
    );
  }

  /** The server's scheme, host and port. */
  get origin(): string {
    return this.#exchange.http.origin;
  }

  /**
   * A scratchcard that nobody has used yet (§8.1). It is not reserved: two callers may get the same one.
   *
   * @throws ProviderError NO_SCRATCHCARD_LEFT (`refused`)
   */
  async firstUnusedScratchcard(registrationAuthority: string): Promise<Scratchcard> {
    return firstUnused(this.#exchange, registrationAuthority);
  }

  /** A scratchcard by its serial number, with its secrets. `undefined` if the list lacks it (§8.1). */
  async scratchcard(sn: string): Promise<Scratchcard | undefined> {
    return scratchcardNamed(this.#exchange, sn);
  }

  /**
   * How many scratchcards are left. The API has no call for this. The assumption `scratchcardList` says whether the list has only
   * unused cards, or all cards. If all, one card is subtracted for each request. This is precise enough for a warning.
   */
  async countScratchcards(registrationAuthority: string): Promise<ScratchcardCount> {
    return countOf(this.#exchange, registrationAuthority, this.#assumed);
  }

  /** Whether a request has taken the scratchcard (§8.1). An unknown one throws PROVIDER_NOT_FOUND (`refused`). */
  async isScratchcardUsed(sn: string): Promise<boolean> {
    return isUsed(this.#exchange, sn);
  }

  /**
   * Creates a request in VIDEOPENDING. The provider e-mails the link to the signer (§8.2). In doubt it throws CREATE_IN_DOUBT
   * (`unknown`), and `findRequests` shows what happened.
   *
   * @throws ProviderError SCRATCHCARD_USED (`refused`): take the next one
   */
  async createRequest(order: NewEnrolment): Promise<EnrolmentRequest & { requestPk: RequestPk }> {
    const known = [order.email, order.phone, ...Object.values(order.fields ?? {})];
    const json = {
      ...order.fields,
      profile: order.profile,
      scratchcard: order.scratchcard,
      secure_element: order.secureElement,
      registration_authority: order.registrationAuthority,
      email: order.email,
      mobile_phone_number: order.phone,
      validity_time: order.validityTime === undefined ? undefined : Number(order.validityTime),
      videoid_mode: 1,
    };
    const answered = await this.#exchange.ask('create', { method: 'POST', path: PATHS.requests, json }, known);
    const created = enrolmentIn(answered.envelope.payload);
    if (created?.requestPk === undefined) {
      throw this.#exchange.unusable('create', answered, 'created, but the answer lacks pk or status', known);
    }
    return { ...created, requestPk: created.requestPk };
  }

  /** The requests that were created with this scratchcard, and no others: one or none (§8.2). */
  async findRequests({ scratchcard }: { scratchcard: string }): Promise<EnrolmentRequest[]> {
    const page = await pageOf(this.#exchange, 'requests', { path: PATHS.requests, query: { scratchcard } });
    const found = page.results.map(enrolmentIn);
    if (found.every((request) => request?.scratchcard === scratchcard)) {
      return found.filter((request) => request !== undefined);
    }
    // The server ignored the filter: the request may be on another page.
    throw this.#exchange.unusable('requests', page.answered, 'the list has requests of other scratchcards');
  }

  /** Reads a request (§8.2). `signal` ends the read early, with the signal's reason. */
  async getRequest(pk: RequestPk, options: { signal?: AbortSignal | undefined } = {}): Promise<EnrolmentRequest> {
    const order = { method: 'GET', path: PATHS.request(pk), signal: options.signal } as const;
    const answered = await this.#exchange.ask('request', order);
    const request = enrolmentIn(answered.envelope.payload);
    if (request === undefined || (!answered.envelope.own && !isRequest(request)))
      throw this.#exchange.unusable('request', answered, 'the answer has no status');
    return request;
  }

  /**
   * Fills in or corrects fields, by the provider's names; e-mail and phone too (§8.2). `read` is the request as it was read.
   *
   * @throws VideoIdError FIELD_FROM_VIDEO for another value of a field from the video; BAD_INPUT for an unknown field
   */
  async updateRequest(pk: RequestPk, read: EnrolmentRequest, fields: Readonly<Record<string, string>>): Promise<void> {
    const json = updateOf(read, fields, this.#assumed);
    const known = [...Object.values(fields), ...Object.values(read.fields)];
    await this.#exchange.done('update', { method: 'PUT', path: PATHS.request(pk), json }, known);
  }

  /** The names of the fields that are missing for an approval (§8.2: `validate`). */
  async missingFields(pk: RequestPk): Promise<string[]> {
    const answered = await this.#exchange.ask('missing', { method: 'GET', path: PATHS.missing(pk) });
    const missing = missingIn(answered.envelope.payload);
    if (missing === undefined) throw this.#exchange.unusable('missing', answered, 'the answer names no fields');
    return missing;
  }

  /**
   * Uploads one supporting document, a PDF, under a neutral file name, streamed (§8.4). Returns its id at the provider.
   *
   * @throws what opening or reading the file throws, if it is a `VideoIdError`
   */
  async uploadEvidence(
    pk: RequestPk,
    document: { open: FileSource; label: string; index: number },
  ): Promise<{ pk: string }> {
    const { open, label, index } = document;
    const form = { fields: { label }, file: { name: 'document', fileName: `evidence-${index}.pdf`, open } };
    const order = { method: this.#assumed.evidenceMethod, path: PATHS.evidence(pk), form };
    const answered = await this.#exchange.ask('evidence', order, [label]);
    return this.#read('evidence', answered, evidenceSchema, 'the answer has no pk');
  }

  /**
   * Whether a document with this hash (lower-case hex) was uploaded before (§8.2: `pl_get_documents`). False in doubt: it is an
   * assumption that the list contains evidence.
   */
  async hasEvidence(pk: RequestPk, sha256: string): Promise<boolean> {
    return hasDocument(this.#exchange, pk, sha256);
  }

  /** The declaration that the officer `rao` signs by approving. Its text names the signer (§8.2). */
  async declaration(pk: RequestPk, rao: string): Promise<{ serialNumber: string; receipt: string }> {
    const json = { rao: raoId(rao, this.#assumed), type: 'APPROVE' };
    const answered = await this.#exchange.ask('declaration', { method: 'POST', path: PATHS.declaration(pk), json });
    const lacks = 'the answer has no declaration';
    const { serial_number, receipt } = this.#read('declaration', answered, declarationSchema, lacks);
    return { serialNumber: serial_number, receipt };
  }

  /** The provider's service contract, which is shown to the officer before approving (§8.2). */
  async contract(pk: RequestPk, rao: string): Promise<PdfStream> {
    return contractOf(this.#exchange, { pk, rao }, this.#assumed);
  }

  /**
   * Approves in the name of an officer, who thereby signs declaration and contract. The request goes to ENROLLREADY (§8.3).
   * `status` is `undefined` if the answer lacks it. `receipt` is sent if the assumption `receiptInApprove` says so.
   *
   * @throws ProviderError FIELDS_MISSING or DOCUMENTS_MISSING (`refused`): complete the request
   */
  async approve(
    pk: RequestPk,
    rao: RaoLogin,
    more: { lang?: string | undefined; receipt?: string | undefined } = {},
  ): Promise<{ status: ProviderStatus | undefined; secrets: CardSecrets }> {
    const receipt = this.#assumed.receiptInApprove ? more.receipt : undefined;
    const known = [...raoSecrets(rao), ...(more.receipt === undefined ? [] : [more.receipt])];
    const json = { ...raoFields(rao, 'rao_id', this.#assumed), lang: more.lang, receipt };
    const answered = await this.#exchange.ask('approve', { method: 'POST', path: PATHS.approve(pk), json }, known);
    const { payload } = answered.envelope;
    if (!isFields(payload) || (payload['request'] === undefined && payload['secrets'] === undefined)) {
      throw this.#exchange.unusable('approve', answered, 'the answer has neither request nor secrets', known);
    }
    return { status: enrolmentIn(payload['request'])?.status, secrets: secretsIn(payload['secrets']) };
  }

  /** Refuses the video in an officer's name: the request goes to CANCELLED (§8.4). The reason may not be blank. */
  async refuseVideoid(pk: RequestPk, rao: RaoLogin, reason: string): Promise<void> {
    if (reason.trim() === '') {
      throw new VideoIdError('BAD_INPUT', 'A refusal needs a reason.', { field: 'reason', remedy: 'Give a reason.' });
    }
    const json = { ...raoFields(rao, 'rao_id', this.#assumed), reason };
    const order = { method: 'POST', path: PATHS.refuse(pk), json } as const;
    await this.#exchange.done('refuse', order, [...raoSecrets(rao), reason]);
  }

  /** Cancels a request that is not issued yet (§8.2). In another status it throws REQUEST_STATUS_REFUSED (`refused`). */
  async cancel(pk: RequestPk): Promise<'cancelled' | 'gone'> {
    const cancelled = this.#exchange.done('cancel', { method: 'DELETE', path: PATHS.cancel(pk) });
    return meaningOr(cancelled, 'cancelled', 'gone');
  }

  /** The link for issuing the certificate, which the provider also e-mails (§8.2). Its holder acts as the signer. */
  async preauthLink(pk: RequestPk): Promise<Secret> {
    const answered = await this.#exchange.ask('preauthLink', { method: 'POST', path: PATHS.preauthLink(pk) });
    const link = this.#read('preauthLink', answered, preauthLinkSchema, 'the answer has no link');
    return new Secret(link.preauthenticatedlink);
  }

  /**
   * Checks that the API answers and accepts our certificate. It reads a request that cannot exist: "not found" is success.
   * Throws the other errors of a read: unreachable, TLS, no permission, a wrong address.
   */
  async ping(): Promise<void> {
    await this.#exchange.ping('request', PATHS.request('0' as RequestPk), isRequest);
  }

  /** Waits for running calls, then closes the connections. */
  async close(): Promise<void> {
    await this.#exchange.http.close();
  }

  #read<Schema extends z.ZodType>(call: CallName, answered: Answered, schema: Schema, lacks: string): z.output<Schema> {
    const read = schema.safeParse(answered.envelope.payload);
    if (!read.success) throw this.#exchange.unusable(call, answered, lacks);
    return read.data;
  }
}
