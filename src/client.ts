import { Readable } from 'node:stream';
import type { Connection } from '@temporalio/client';
import { openArchive } from './archive/file-archive.js';
import { holdErrors } from './archive/stored-stream.js';
import type { AttemptOption } from './client/attempts.js';
import type { EnrolmentInput } from './client/enrolment-input.js';
import type { StartDocument } from './client/input-parts.js';
import {
  checkedAcceptance,
  checkedPreauthLinkOrder,
  checkedSignOrder,
  type PlainAcceptance,
  type PlainSignOrder,
} from './client/orders.js';
import { checkProvision, type Provision, takingProvision } from './client/providing.js';
import { RequestAccess } from './client/request-access.js';
import {
  checkReadOrder,
  type EnrolmentSecrets,
  type ReadOrder,
  readPreauthLink,
  readSecrets,
} from './client/sealed-secrets.js';
import { type ShownFile, showFile, type ShowOptions } from './client/shown-files.js';
import { loadSigning } from './client/signing.js';
import type { StartInput } from './client/start-input.js';
import { resumeRequest, startEnrolment, type Started, type StartOptions, startRequest } from './client/starting.js';
import { TroubleVerbs } from './client/trouble-verbs.js';
import type { CallOptions } from './client/updates.js';
import type { Config } from './config.js';
import {
  type Acceptance,
  ACCEPT_UPDATE,
  type Accepted,
  CODE_UPDATE,
  type CodeSent,
  PREAUTH_LINK_UPDATE,
  type PreauthLinkOrder,
  PROVIDE_UPDATE,
  type ProvideOrder,
  SIGN_UPDATE,
  type SignAnswer,
  type SignOrder,
} from './messages/steering.js';
import { Fingerprints } from './security/fingerprints.js';
import { loadKeyRing } from './security/keys.js';
import { connectClient } from './temporal/connection.js';
import { dataConverter } from './temporal/data-converter.js';

export type { AttemptOption } from './client/attempts.js';
export type { Condition } from './client/conditions.js';
export type { EnrolmentInput } from './client/enrolment-input.js';
export type { LookOptions } from './client/identity.js';
export type { ListOptions, RequestSummary } from './client/listing.js';
export {
  ABANDON_REASONS,
  type PlainCorrection,
  type PlainExtension,
  type ReopenOrder,
  type ResetOrder,
} from './client/mind-changes.js';
export type { PlainAcceptance, PlainResolution, PlainReviewDecision, PlainSignOrder } from './client/orders.js';
export type { PolicyOverrides, StartDocument } from './client/input-parts.js';
export type { Provision } from './client/providing.js';
export type { CertificateSecrets, EnrolmentSecrets, ReadOrder } from './client/sealed-secrets.js';
export type { ExpectedSigner, StartInput } from './client/start-input.js';
export type { Started, StartOptions } from './client/starting.js';
export type { Reset } from './client/reset.js';
export type { ResolveAllOrder, ResolvedAll } from './client/resolve-all.js';
export type { Why } from './client/why.js';
export type { CallOptions } from './client/updates.js';
export type { DocumentEntry, ShownFile, ShowOptions } from './client/shown-files.js';

/** How a client is opened. */
export interface ConnectOptions {
  /** Look for a reference in both flows where a verb is called without `flow`, instead of taking it for a signature's. */
  findsFlow?: boolean;
  /** For who mostly reads: the private orders key is asked for only when something is started or ordered. */
  mayOnlyRead?: boolean;
}

/**
 * Starts signature requests and enrolments, and steers them. Reads documents and records from the archive, asks the running request for
 * everything else. Errors are `VideoIdError`s with a stable code; besides those named at each method every method that
 * takes a reference throws REQUEST_NOT_FOUND, BAD_REFERENCE and ARCHIVE_UNAVAILABLE, and every one that asks Temporal
 * throws TEMPORAL_UNREACHABLE.
 *
 * @example
 * const client = await VideoIdClient.connect(loadConfig());
 * await client.start({
 *   reference: 'order-17',
 *   signer: { email: 'name@example.com', phone: '+34 600 000 000' },
 *   documents: [{ name: 'agreement.pdf', content: './agreement.pdf' }],
 * });
 * const { url } = await client.link('order-17');
 */
export class VideoIdClient extends TroubleVerbs {
  readonly #connection: Connection;

  private constructor(access: RequestAccess, connection: Connection) {
    super(access);
    this.#connection = connection;
  }

  /**
   * Opens the archive; Temporal is connected with the first call that needs it.
   *
   * @throws VideoIdError ARCHIVE_UNAVAILABLE, SECRET_NOT_FOUND, BAD_SETTING
   */
  static async connect(
    config: Config,
    { findsFlow = false, mayOnlyRead = false }: ConnectOptions = {},
  ): Promise<VideoIdClient> {
    if (!mayOnlyRead) await loadSigning(config.keys);
    const { directory, reserve } = config.archive;
    const archive = await openArchive({ directory, reserveBytes: reserve });
    const keyRing = config.keys.encryptPayloads ? await loadKeyRing(config.keys.codec) : undefined;
    const { connection, client } = await connectClient(config.temporal, dataConverter(keyRing), { lazy: true });
    const fingerprints = new Fingerprints(archive.id, keyRing);
    return new VideoIdClient(new RequestAccess({ config, archive, client, fingerprints, findsFlow }), connection);
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  /**
   * Starts a signature request, or finds the one that the same input started before; a new attempt is found by its `updateId`. Streams are read or destroyed in any
   * case.
   *
   * @throws VideoIdError any input code, before anything is created; ARCHIVE_FULL; TEMPORAL_UNREACHABLE or SETUP_FAILED
   *   after the request was recorded: the same start again resumes it
   */
  async start(input: StartInput, options: StartOptions = {}): Promise<Started> {
    return await takingStreams(input.documents, async () => startRequest(this.access, input, options));
  }

  /**
   * Starts a request or enrolment that was recorded and never handed to Temporal, with what was recorded; the start that
   * recorded it need not be repeated. One that was started is found, as by the same start.
   *
   * @throws VideoIdError TEMPORAL_UNREACHABLE, SETUP_FAILED, REQUEST_ENDED when somebody ended it without an outcome
   */
  async resume(reference: string, options: AttemptOption = {}): Promise<Started> {
    return await resumeRequest(this.access, await this.access.record(reference, options));
  }

  /**
   * Starts an enrolment, or finds the one that the same input started before. What the video will not give is checked now
   * as far as nobody can add it later; what is left out otherwise is asked for then (`provide`).
   *
   * @throws VideoIdError as `start`; UNKNOWN_PROFILE, FIELD_FROM_VIDEO, FIELDS_MISSING with the field `fields.<name>`
   */
  async startEnrolment(input: EnrolmentInput, options: StartOptions = {}): Promise<Started> {
    return await takingStreams(input.documents, async () => startEnrolment(this.access, input, options));
  }

  /**
   * Provides data and evidence documents that an enrolment lacks after the video; `missing` of the status says which. The
   * answer says what is still missing.
   *
   * @throws VideoIdError FIELD_FROM_VIDEO, BAD_INPUT and every code of a document; NOT_NOW, REQUEST_ENDED, STILL_RUNNING,
   *   WORKER_AWAY, and the step's failure
   */
  async provide(reference: string, provision: Provision, options: CallOptions = {}): Promise<{ missing: string[] }> {
    return await takingStreams(provision.documents, async () => {
      const { access } = this;
      const checked = checkProvision(provision);
      const record = await access.record(reference, { ...options, flow: 'enrolment' });
      const place = { archive: access.archive, config: access.config, status: () => access.status(record) };
      return await takingProvision(place, record, checked, async ({ given, check, add }) =>
        access.once<{ missing: string[] }>(record, {
          verb: PROVIDE_UPDATE,
          given,
          options,
          check,
          brings: { add },
          carryOut: (call, number) =>
            access.ask(record, PROVIDE_UPDATE, { actor: given.actor, number } satisfies ProvideOrder, call),
        }),
      );
    });
  }

  /**
   * The RAO declaration of an enrolment, plain text, streamed: with the contract it is what the officer reads before the
   * review. The archive records that it was shown.
   *
   * @throws VideoIdError DOCUMENT_NOT_FOUND while it is not there yet
   */
  async declaration(reference: string, { channel, ...options }: ShowOptions = {}): Promise<ShownFile> {
    const record = await this.access.record(reference, { ...options, flow: 'enrolment' });
    const file = { kind: 'declaration' } as const;
    return await showFile(this.access.archive, record, file, { what: 'declaration-shown', channel, facts: {} });
  }

  /**
   * Has the provider give the pre-authorised link of an enrolment that waits for the certificate to be picked up. Whoever
   * holds it acts as the signer. It is sealed into the archive; `url` is there only where the private seal key is. Each
   * reading is recorded.
   *
   * @throws VideoIdError BAD_INPUT, NOT_NOW (also where the settings do not allow it), REQUEST_ENDED, STILL_RUNNING,
   *   WORKER_AWAY, and the step's failure
   */
  async preauthLink(
    reference: string,
    order: PreauthLinkOrder,
    options: CallOptions & { channel?: string | undefined } = {},
  ): Promise<{ stored: true; url?: string }> {
    const { channel, ...call } = options;
    const given = checkedPreauthLinkOrder(order);
    const record = await this.access.record(reference, { ...call, flow: 'enrolment' });
    const { stored } = await this.order<{ stored: true }>(PREAUTH_LINK_UPDATE, given, record, call);
    if (!this.access.opens) return { stored };
    return { stored, url: await readPreauthLink(this.access, record, { actor: given.actor, channel }) };
  }

  /**
   * The sealed codes of an enrolment: PIN, PUK, revocation and enrolment code. Only where the private seal key is; each
   * reading is recorded before it is answered.
   *
   * @throws VideoIdError BAD_INPUT, NOT_NOW (none kept), SEAL_NOT_OPENED
   */
  async secrets(reference: string, order: ReadOrder, options: AttemptOption = {}): Promise<EnrolmentSecrets> {
    const checked = checkReadOrder(order);
    return await readSecrets(
      this.access,
      await this.access.record(reference, { ...options, flow: 'enrolment' }),
      checked,
    );
  }

  /**
   * Records that the signer has accepted what was shown: the hashes must be those of the status. With it the signer can sign in
   * another way than with a code. Any number of times; the same acceptance again gives the same answer.
   *
   * @throws VideoIdError BAD_INPUT, NOT_ACCEPTED, ACCEPTANCE_NOT_IN_TIME, NOT_NOW, REQUEST_ENDED, STILL_RUNNING, WORKER_AWAY
   */
  async accept(reference: string, acceptance: PlainAcceptance, options: CallOptions = {}): Promise<Accepted> {
    const given = checkedAcceptance(acceptance);
    const record = await this.access.record(reference, { ...options, flow: 'signature' });
    return await this.access.once<Accepted>(record, {
      verb: ACCEPT_UPDATE,
      given,
      options,
      carryOut: (call) =>
        this.access.ask(record, ACCEPT_UPDATE, { at: new Date().toISOString(), ...given } satisfies Acceptance, call),
    });
  }

  /**
   * Asks for the code. That is the signer's acceptance of what was shown: the hashes must be those of the status.
   *
   * @throws VideoIdError BAD_INPUT, NOT_ACCEPTED, ACCEPTANCE_NOT_IN_TIME, NOT_NOW, CODE_COOL_DOWN, ARCHIVE_FULL, REQUEST_ENDED, STILL_RUNNING, WORKER_AWAY
   */
  async requestCode(reference: string, acceptance: PlainAcceptance, options: CallOptions = {}): Promise<CodeSent> {
    const given = checkedAcceptance(acceptance);
    const record = await this.access.record(reference, { ...options, flow: 'signature' });
    return await this.access.once<CodeSent>(record, {
      verb: CODE_UPDATE,
      given,
      options,
      check: () => this.access.archive.assertReserve(),
      carryOut: (call) =>
        this.access.ask(record, CODE_UPDATE, { at: new Date().toISOString(), ...given } satisfies Acceptance, call),
    });
  }

  /**
   * Signs with the code that the signer typed, or with another way to unlock, for which an acceptance is enough and no code is
   * sent. It is sealed here, and only the signing step opens it.
   *
   * @throws VideoIdError BAD_INPUT, CODE_NOT_ACCEPTED, CODE_SPENT, NOT_ACCEPTED, NOT_NOW, ARCHIVE_FULL, REQUEST_ENDED, STILL_RUNNING, WORKER_AWAY
   */
  async sign(reference: string, order: PlainSignOrder, options: CallOptions = {}): Promise<SignAnswer> {
    const given = checkedSignOrder(order);
    const record = await this.access.record(reference, { ...options, flow: 'signature' });
    return await this.access.once<SignAnswer>(record, {
      verb: SIGN_UPDATE,
      given,
      options,
      carryOut: async (call) => {
        const { secret, unlock } = given;
        const sealed: SignOrder = {
          ...(secret === undefined ? {} : { secret: await this.access.seal(secret) }),
          ...(unlock === undefined
            ? {}
            : { unlock: { type: unlock.type, value: await this.access.seal(unlock.value) } }),
        };
        return await this.access.ask<SignAnswer>(record, SIGN_UPDATE, sealed, call);
      },
    });
  }
}

/** Runs a verb that reads documents; streams among them are destroyed when it did not come to reading them. */
async function takingStreams<T>(documents: readonly StartDocument[] | undefined, work: () => Promise<T>): Promise<T> {
  const streams = (documents ?? []).map(({ content }) => content).filter((each) => each instanceof Readable);
  for (const stream of streams) holdErrors(stream);
  try {
    return await work();
  } finally {
    for (const stream of streams) stream.destroy();
  }
}
