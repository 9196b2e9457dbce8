import { openArchive } from './archive/open-archive.js';
import { deletionVerbs } from './client/deletion/deletion.js';
import { fileVerbs } from './client/files/files.js';
import { lookVerbs } from './client/look/look.js';
import { orderVerbs } from './client/orders/orders.js';
import { assertOwnArchive, loadSigning, RequestAccess } from './client/running/access.js';
import { startVerbs } from './client/start/start.js';
import type { Config } from './config.js';
import { Fingerprints } from './security/fingerprints.js';
import { loadKeyRing } from './security/keys.js';
import { TemporalClock } from './temporal/clock.js';
import { connectClient } from './temporal/connection.js';
import { dataConverter } from './temporal/data-converter.js';
import { OwnPlace } from './temporal/own-place.js';

export type { Deleted, DeleteOrder } from './client/deletion/deletion.js';
export type {
  CertificateSecrets,
  DocumentEntry,
  EnrolmentSecrets,
  ReadOrder,
  ShownFile,
  ShowOptions,
} from './client/files/files.js';
export { markOf } from './client/look/look.js';
export type { PolicyOverrides, StartDocument } from './client/input/input.js';
export type {
  Change,
  Changes,
  Condition,
  DeletedOptions,
  DeletionPage,
  Differences,
  ListOptions,
  Misplaced,
  NotKnown,
  NotRecorded,
  OtherQueue,
  RequestPage,
  RequestSummary,
  Why,
} from './client/look/look.js';
export type {
  LookOptions,
  PlainAcceptance,
  PlainCorrection,
  PlainExtension,
  PlainResolution,
  PlainReviewDecision,
  PlainSignOrder,
  Provision,
  Reset,
  ResolveAllOrder,
  ResolvedAll,
} from './client/orders/orders.js';
export type {
  Archived,
  AttemptOption,
  CallOptions,
  Noted,
  Recorded,
  RecordedOptions,
  RecordedRequest,
  Revived,
} from './client/running/access.js';
export type {
  EnrolmentInput,
  ExpectedSigner,
  ResumeAllOrder,
  ResumedAll,
  ResumeOrder,
  Started,
  StartInput,
  StartOptions,
} from './client/start/start.js';
export {
  ABANDON_REASONS,
  type ReasonedOrder as ReopenOrder,
  type ReasonedOrder as ResetOrder,
} from './messages/steering.js';

/** How a client is opened. */
export interface ConnectOptions {
  /** If a verb is called without `flow`, looks for the reference in both flows. Otherwise only among signature requests. */
  findsFlow?: boolean;
  /** Loads the private orders key only at the first start or order, for clients that mostly read. */
  mayOnlyRead?: boolean;
  /** Asks Temporal whether this is the archive of the installation, for a process that stays. Nothing is said while Temporal is away. */
  assertsArchive?: boolean;
}

/** Every verb of the client. */
function verbsOf(access: RequestAccess) {
  return {
    ...startVerbs(access),
    ...orderVerbs(access),
    ...fileVerbs(access),
    ...lookVerbs(access),
    ...deletionVerbs(access),
  };
}

/**
 * Starts signature requests and enrolments, and steers them. Documents and records come from the archive, everything else from
 * the running request. Errors are `VideoIdError`s with a stable code. Each verb names its own. In addition, every verb with a
 * reference throws REQUEST_NOT_FOUND, BAD_REFERENCE and ARCHIVE_UNAVAILABLE, and every verb that asks Temporal throws
 * TEMPORAL_UNREACHABLE.
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
export type VideoIdClient = ReturnType<typeof verbsOf> & { close(): Promise<void> };

export const VideoIdClient = {
  /**
   * Opens the archive; Temporal is connected with the first call that needs it.
   *
   * @throws VideoIdError ARCHIVE_UNAVAILABLE, ARCHIVE_NOT_SHARED, SECRET_NOT_FOUND, BAD_SETTING
   */
  async connect(
    config: Config,
    { findsFlow = false, mayOnlyRead = false, assertsArchive = false }: ConnectOptions = {},
  ): Promise<VideoIdClient> {
    if (!mayOnlyRead) await loadSigning(config.keys);
    const clock = new TemporalClock();
    const keyRing = config.keys.encryptPayloads ? await loadKeyRing(config.keys.codec) : undefined;
    const archive = await openArchive(config.archive, { now: clock.now, codecKeys: keyRing });
    const { connection, client } = await connectClient(config.temporal, dataConverter(keyRing), { lazy: true });
    const fingerprints = new Fingerprints(archive.id, keyRing);
    const temporal = new OwnPlace(connection, config.temporal);
    const access = new RequestAccess({ config, archive, client, clock, temporal, fingerprints, findsFlow });
    const close = async (): Promise<void> => {
      await connection.close();
      await archive.close();
    };
    if (assertsArchive) {
      await assertOwnArchive(access).catch(async (error: unknown) => {
        await close();
        throw error;
      });
    }
    return { ...verbsOf(access), close };
  },
};
