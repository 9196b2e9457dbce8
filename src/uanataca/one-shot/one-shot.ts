import { defined } from '../../messages/defined.js';
import type { Secret } from '../../security/secret.js';
import { VideoIdError } from '../../messages/failures.js';
import type { ProviderIds, RequestPk, VideoidPk } from '../../messages/request.js';
import type { Assumptions } from './assumptions.js';
import {
  type BillingCredentials,
  type RaoCredentials,
  billingFields,
  raoFields,
  raoSecrets,
  revealed,
} from '../credentials.js';
import { Exchange } from '../exchange.js';
import { Http, type HttpSettings } from '../http/http.js';
import { meaningOr } from '../answers/meaning.js';
import { oneShotApi } from './refusals.js';
import { type CallName, OPTIMIZER, PATHS } from './calls.js';
import type { FileSource } from '../http/multipart.js';
import { deleteDocument, removeDocument } from './deletion.js';
import { type DocumentKind, hasDocument, readDocument } from './documents.js';
import type { PdfOptions, PdfStream } from '../http/pdf-stream.js';
import { type NewSignerData, updateOf } from './update.js';
import { type ProviderRequest, isRequest, requestIn } from '../provider-request.js';
import { createdSchema, sole, tokenIn, uidIn } from './schemas.js';

export type { BillingCredentials, RaoCredentials } from '../credentials.js';
export type { DocumentKind } from './documents.js';
export type { PdfOptions, PdfStream } from '../http/pdf-stream.js';
export type { ProviderRequest } from '../provider-request.js';

export interface OneShotSettings extends HttpSettings {
  env: 'sandbox' | 'prod';
  assumptions: Assumptions;
  /** Absent if the Optimizer holds them, or if they are given with each create. */
  billing?: BillingCredentials | undefined;
}

export interface NewVideoid {
  /** With international prefix. */
  phone: string;
  email: string;
  /** The provider's id of the registration authority. */
  registrationAuthority: string;
  profile: string;
  billing?: BillingCredentials | undefined;
}

export interface SignatureOrder {
  /** The code from the provider's SMS. */
  secret?: Secret | undefined;
  /** Another way to unlock the key, agreed with the provider. */
  unlock?: { type: string; value: Secret } | undefined;
}

/**
 * The One-Shot API of one Optimizer, V2 (§3, §4). Every method throws `ProviderError`, and makes each call once.
 *
 * @example
 * const optimizer = new OneShot({ baseUrl: 'https://optimizer.example.com', env: 'prod', assumptions: DEFAULT_ASSUMPTIONS, timeouts });
 * const { requestPk, videoidLink } = await optimizer.createVideoid({ phone, email, registrationAuthority: '121', profile });
 */
export class OneShot {
  readonly #settings: OneShotSettings;
  readonly #exchange: Exchange<CallName>;

  /** @throws VideoIdError BAD_SETTING for an address that cannot be used. */
  constructor(settings: OneShotSettings) {
    this.#settings = settings;
    this.#exchange = new Exchange(new Http(settings, OPTIMIZER), oneShotApi(settings.assumptions));
  }

  /** The Optimizer's scheme, host and port. */
  get origin(): string {
    return this.#exchange.http.origin;
  }

  get #assumed(): Assumptions {
    return this.#settings.assumptions;
  }

  /** Creates a request in VIDEOPENDING, which may be billed (§4.1). In doubt it throws CREATE_IN_DOUBT (`unknown`). */
  async createVideoid(order: NewVideoid): Promise<ProviderIds & { videoidLink: string }> {
    const billing = order.billing ?? this.#settings.billing;
    const known = [order.phone, order.email, ...revealed(billing?.username, billing?.password)];
    const json = {
      mobile_phone_number: order.phone,
      email: order.email,
      registration_authority: order.registrationAuthority,
      profile: order.profile,
      ...(this.#assumed.envInCreate ? { env: this.#settings.env } : {}),
      ...(this.#assumed.videoidModeInCreate ? { videoid_mode: 1 } : {}),
      ...billingFields(billing, this.#assumed),
    };
    const answered = await this.#exchange.ask('create', { method: 'POST', path: PATHS.create(), json }, known);
    const created = createdSchema.safeParse(sole(answered.envelope.payload));
    if (!created.success) {
      const lacking = [...new Set(created.error.issues.map((issue) => String(issue.path[0] ?? 'its fields')))];
      throw this.#exchange.unusable('create', answered, `created, but the answer lacks ${lacking.join(', ')}`, known);
    }
    const { videoid_pk: videoidPk, request_pk: requestPk, videoid_link: videoidLink } = created.data;
    return { videoidPk, requestPk, videoidLink };
  }

  /** Reads a request (§4.10). `signal` ends the read early, with the signal's reason. */
  async getRequest(pk: RequestPk, options: { signal?: AbortSignal | undefined } = {}): Promise<ProviderRequest> {
    const answered = await this.#exchange.ask('request', {
      method: 'GET',
      path: PATHS.request(pk),
      signal: options.signal,
    });
    const request = requestIn(sole(answered.envelope.payload));
    if (request === undefined || (!answered.envelope.own && !isRequest(request)))
      throw this.#exchange.unusable('request', answered, 'the answer has no status');
    return request;
  }

  /**
   * Replaces the signer's e-mail and phone, and other given data of the signer. The call is a full PUT (§4.11), so all other
   * data is sent back as it was read.
   *
   * @throws ProviderError PROVIDER_REFUSED (`refused`) if the read request lacks data that the call needs
   */
  async updateRequest(pk: RequestPk, read: ProviderRequest, signer: NewSignerData): Promise<void> {
    const json = updateOf(read, signer, this.#assumed);
    const known = Object.values({ ...read.fields, ...signer.fields, email: signer.email, phone: signer.phone });
    await this.#exchange.done('update', { method: 'PUT', path: PATHS.request(pk), json }, known);
  }

  /** Approves in an officer's name: the request goes to ENROLLREADY (§4.4). */
  async approve(pk: VideoidPk, rao: RaoCredentials): Promise<void> {
    const json = raoFields(rao, 'rao', this.#assumed);
    await this.#exchange.done('approve', { method: 'POST', path: PATHS.approve(pk), json }, raoSecrets(rao));
  }

  /** Refuses in an officer's name: the request goes to CANCELLED (§4.5). The reason may not be blank. */
  async refuse(pk: VideoidPk, rao: RaoCredentials, reason: string): Promise<void> {
    if (reason.trim() === '') {
      throw new VideoIdError('BAD_INPUT', 'A refusal needs a reason.', { field: 'reason', remedy: 'Give a reason.' });
    }
    const json = { ...raoFields(rao, this.#assumed.refuseRaoField, this.#assumed), reason };
    await this.#exchange.done('refuse', { method: 'POST', path: PATHS.refuse(pk), json }, [...raoSecrets(rao), reason]);
  }

  /** Cancels a request, if the assumption `cancelByDelete` says that it is possible (§4.12). */
  async cancel(pk: RequestPk): Promise<'cancelled' | 'gone' | 'not-offered'> {
    if (!this.#assumed.cancelByDelete) return 'not-offered';
    const cancelled = this.#exchange.done('cancel', { method: 'DELETE', path: PATHS.request(pk) });
    return meaningOr(cancelled, 'cancelled', 'gone');
  }

  /**
   * Uploads one PDF under a neutral name, streamed (§4.6). `signal` ends the call early, with the signal's reason.
   *
   * @throws what opening or reading the file throws, if it is a `VideoIdError`
   */
  async uploadDocument(
    pk: RequestPk,
    file: { open: FileSource; index: number },
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<{ uid: string }> {
    const answered = await this.#exchange.ask('upload', {
      method: 'POST',
      path: PATHS.documents(pk),
      form: {
        file: {
          name: this.#assumed.uploadPartName,
          fileName: `document-${file.index}.pdf`,
          open: file.open,
        },
      },
      signal: options.signal,
    });
    const uid = uidIn(answered.envelope.payload);
    if (uid === undefined) throw this.#exchange.unusable('upload', answered, 'the answer has no uid', []);
    return { uid };
  }

  /** Deletes the uploaded and the signed file of a document, and checks it (§4.6). @throws ProviderError FILES_LEFT_AT_PROVIDER */
  async deleteDocument(pk: RequestPk, uid: string): Promise<'deleted' | 'gone' | 'deleted-by-kind'> {
    return deleteDocument(this.#exchange, { pk, uid }, this.#assumed);
  }

  /** One deletion of a document, or of one kind of it, without a check (§4.6). */
  async removeDocument(
    pk: RequestPk,
    uid: string,
    kind?: { kind: DocumentKind; by: 'query' | 'path' },
  ): Promise<'deleted' | 'gone'> {
    return meaningOr(removeDocument(this.#exchange, { pk, uid }, kind), 'deleted', 'gone');
  }

  /** Whether a document is there. It is requested, but its content is not read. */
  async hasDocument(pk: RequestPk, uid: string, which: DocumentKind): Promise<boolean> {
    return hasDocument(this.#exchange, { pk, uid, which }, this.#assumed);
  }

  /** Deletes all documents of a request (§4.6), or those of one kind. */
  async deleteDocuments(
    pk: RequestPk,
    options: { kind?: DocumentKind | undefined; signal?: AbortSignal | undefined } = {},
  ): Promise<'deleted' | 'gone'> {
    const query = defined({ document_type: options.kind });
    const order = { method: 'DELETE', path: PATHS.documents(pk), query, signal: options.signal } as const;
    const deleted = this.#exchange.done('delete', order);
    return meaningOr(deleted, 'deleted', 'gone');
  }

  /**
   * The provider's service contract, which is shown before signing and signed with the documents (§4.7).
   * Content that is not a PDF throws PROVIDER_FILE_NOT_A_PDF (`refused`), unless `anyContent` is set.
   */
  async getContract(pk: RequestPk, options: PdfOptions = {}): Promise<PdfStream> {
    return this.#exchange.pdf('contract', { method: 'GET', path: PATHS.contract(pk, this.#assumed) }, options);
  }

  /** One document (§4.6). A signed one that is not there yet throws PROVIDER_NOT_FOUND (`refused`). Otherwise as `getContract`. */
  async getDocument(pk: RequestPk, uid: string, which: DocumentKind, options: PdfOptions = {}): Promise<PdfStream> {
    return readDocument(this.#exchange, { pk, uid, which }, this.#assumed, options);
  }

  /** Makes the provider send a code to the signer's phone (§4.8). */
  async generateOtp(pk: RequestPk): Promise<'sent' | 'sent-less-than-a-minute-ago'> {
    const method = this.#assumed.otpDeliveryMethod;
    const sent = this.#exchange.done('otp', {
      method: 'POST',
      path: PATHS.otp(pk),
      json: method === 'omitted' ? undefined : { delivery_method: method },
    });
    return meaningOr(sent, 'sent', 'sent-less-than-a-minute-ago');
  }

  /**
   * Issues the certificate and signs documents and contract (§4.9). `not-accepted`: the code was wrong or has expired; the
   * provider does not say which. In doubt it throws SIGN_IN_DOUBT (`unknown`).
   */
  async sign(pk: RequestPk, order: SignatureOrder): Promise<'signed' | 'already-issued' | 'not-accepted'> {
    const unlock = order.unlock;
    const secret = unlock !== undefined && this.#assumed.extUnlockWithSecret === 'never' ? undefined : order.secret;
    if (secret === undefined && (unlock === undefined || this.#assumed.extUnlockWithSecret === 'required')) {
      throw new VideoIdError('BAD_INPUT', 'Signing needs a code.', {
        field: 'secret',
        remedy: 'Give the code from the SMS.',
      });
    }
    const json = {
      ...defined({ secret: secret?.reveal() }),
      ...(unlock === undefined ? {} : { ext_unlock_type: unlock.type, ext_unlock_value: unlock.value.reveal() }),
    };
    const path = PATHS.sign(pk, this.#assumed);
    const signed = this.#exchange.done('sign', { method: 'POST', path, json }, revealed(order.secret, unlock?.value));
    return meaningOr(signed, 'signed', 'already-issued', 'not-accepted');
  }

  /** Which credentials a token at the Optimizer contains, without using it (§4.13). */
  async readToken(token: Secret): Promise<{ password: boolean; pin: boolean }> {
    const known = revealed(token);
    const answered = await this.#exchange.ask('token', { method: 'GET', path: PATHS.token(token.reveal()) }, known);
    const held = tokenIn(answered.envelope.payload);
    if (held === undefined)
      throw this.#exchange.unusable('token', answered, 'the answer does not say what the token contains', known);
    return held;
  }

  /**
   * Checks that the Optimizer answers and has the One-Shot API. It reads a request that cannot exist: "not found" is success.
   * Throws the other errors of a read: unreachable, TLS, a wrong address.
   */
  async ping(): Promise<void> {
    await this.#exchange.ping('request', PATHS.request('0' as RequestPk), isRequest);
  }

  /** Waits for running calls, then closes the connections. */
  async close(): Promise<void> {
    await this.#exchange.http.close();
  }
}
