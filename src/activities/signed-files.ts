import { finished } from 'node:stream/promises';
import type { Archive, ArchiveFile, FileDigest, StorableFile } from '../archive/archive.js';
import { withLocalCopy } from '../archive/local-copy.js';
import type { RetrieveOrder, UploadedDocument } from '../messages/activities.js';
import { ARCHIVE_TROUBLE, type FailureCode, VideoIdError } from '../messages/failures.js';
import type { RequestKey } from '../messages/request.js';
import type { SignedFile } from '../signatures/verification/signed-file.js';
import type { VerificationOrder } from '../signatures/verification/verification.js';
import type { Verified } from '../signatures/verification/verifier.js';
import { ProviderError } from '../uanataca/errors.js';
import type { PdfStream } from '../uanataca/http/pdf-stream.js';
import type { Dependencies } from './engine/dependencies.js';
import { type DownloadLimit, downloadLimits, storeDownload } from './engine/download.js';
import { providerFailure, stepFailure } from './engine/failures.js';

/** A file of the request as it was fetched and looked at. */
export interface Fetched {
  digest: FileDigest;
  file: SignedFile;
}

/** A file that is wanted, and the one that it is the signed form of. */
interface Wanted {
  file: StorableFile;
  of: ArchiveFile;
  original: FileDigest;
}

/** Fetches, stores and verifies the files of one request. */
export class SignedFiles {
  private readonly limits: ReturnType<typeof downloadLimits>;

  constructor(
    private readonly dependencies: Dependencies,
    private readonly key: RequestKey,
    private readonly order: RetrieveOrder,
    private readonly roots: VerificationOrder['roots'],
  ) {
    this.limits = downloadLimits(dependencies, key, order.download);
  }

  /** Where an operator gave up, what comes is kept whatever it is. */
  private get asItCame(): boolean {
    return this.order.giveUp === true;
  }

  /** Where an operator gave up, a file that cannot be had is missing. Trouble of the archive is trouble still. */
  async orMissing<T>(fetch: () => Promise<T>): Promise<T | undefined> {
    if (!this.order.giveUp) return fetch();
    try {
      return await fetch();
    } catch (error) {
      if (isOfArchive(error)) throw error;
      return undefined;
    }
  }

  async signed({ index, sha256, size, uid }: UploadedDocument): Promise<Fetched> {
    const { requestPk, filesWithin } = this.order;
    return this.fetched(
      { file: { kind: 'signed', index }, of: { kind: 'document', index }, original: { sha256, size } },
      this.limits.signed(size),
      () =>
        this.dependencies
          .optimizer(this.key.environment)
          .getDocument(requestPk, uid, 'signed', { asItCame: this.asItCame })
          .catch((error: unknown) => notThereYet(this.dependencies, this.key, filesWithin, error)),
    );
  }

  /**
   * The contract after signing, as it comes. Whether the provider hands out the signed one is not documented: an unsigned copy is
   * recorded, not a fault; where it hands out none, an operator may have the one kept that the signer was shown.
   */
  async contract(): Promise<Fetched> {
    const { archive, optimizer } = this.dependencies;
    const { contract: accepted, contractAsShown, requestPk } = this.order;
    const shown = { kind: 'contract' } as const;
    return this.fetched(
      { file: { kind: 'signed-contract' }, of: shown, original: accepted },
      this.limits.contract,
      () =>
        contractAsShown
          ? archive.openFile(this.key, shown, accepted)
          : optimizer(this.key.environment)
              .getContract(requestPk, { asItCame: this.asItCame })
              .catch((error: unknown) => this.contractRefused(error)),
    );
  }

  /** Says that it is the contract: that one a request can go on without. */
  private async contractRefused(error: unknown): Promise<never> {
    if (!(error instanceof ProviderError) || error.kind !== 'refused') throw error;
    await this.dependencies.trouble.answered(this.key);
    throw providerFailure(error, { facts: { file: 'contract' } });
  }

  /** What an operator accepted is what lies in the archive, and is not fetched again: the provider might give other bytes. */
  private async fetched(
    { file, of, original }: Wanted,
    limit: DownloadLimit,
    fetch: () => Promise<PdfStream>,
  ): Promise<Fetched> {
    const { archive } = this.dependencies;
    const { accepted, giveUp } = this.order;
    const there = accepted === undefined && !giveUp ? undefined : await storedDigest(archive, this.key, file);
    const isAccepted = there !== undefined && (accepted ?? '').split(' ').includes(there.sha256);
    const digest = isAccepted
      ? there
      : await this.stored(file, limit, fetch).catch((error: unknown) => {
          // Who gave up keeps what came before.
          if (giveUp && there !== undefined && !isOfArchive(error)) return there;
          throw error;
        });
    const order = { roots: this.roots, original };
    const verified = await verifyStored(this.dependencies, this.key, file, digest, order);
    if (!verified.file.reasons.includes('content-rewritten')) return { digest, file: verified.file };
    // Which signatures the accepted bytes have, only they can say then.
    return withLocalCopy(archive, this.key, of, original, async (path) => {
      const again = { ...order, original: { ...original, path } };
      return { digest, file: (await verifyStored(this.dependencies, this.key, file, digest, again)).file };
    }).catch((error: unknown) => {
      // It lies in the archive no more: that the file was rewritten is said all the same.
      const isLost = error instanceof VideoIdError && error.code === 'DOCUMENT_NOT_FOUND';
      if (isLost || (giveUp && !isOfArchive(error))) return { digest, file: verified.file };
      throw error;
    });
  }

  private async stored(file: StorableFile, limit: DownloadLimit, fetch: () => Promise<PdfStream>): Promise<FileDigest> {
    return storeDownload(this.dependencies, this.key, file, await fetch(), limit);
  }
}

/** Trouble that passes, and that giving up does not help. */
function isOfArchive(error: unknown): boolean {
  return error instanceof VideoIdError && ARCHIVE_TROUBLE.has(error.code);
}

/** Where the words are no help: conflict, precondition failed, too early. */
const NOT_YET = new Set([409, 412, 425]);

function saysNotYet({ code, kind, status }: ProviderError): boolean {
  return code === 'PROVIDER_NOT_FOUND' || (kind === 'refused' && status !== undefined && NOT_YET.has(status));
}

/** ISSUED and no signed file: the provider is still putting it together, for a set time. */
async function notThereYet(
  { archive }: Dependencies,
  key: RequestKey,
  filesWithin: number,
  error: unknown,
): Promise<never> {
  if (!(error instanceof ProviderError) || !saysNotYet(error)) throw error;
  await archive.mark(key, 'files-awaited');
  const since = Date.parse((await archive.markedAt(key, 'files-awaited')) ?? '');
  const waited = Date.now() - since;
  const words = 'The certificate is issued, but the provider does not have the signed files yet. Nothing is deleted.';
  if (waited < filesWithin) {
    throw stepFailure('SIGNED_FILES_MISSING', words, { retryIn: Math.min(Math.max(waited / 4, 250), 60_000) });
  }
  throw stepFailure('SIGNED_FILES_MISSING', words);
}

/** Nothing is there, or another file than was stored. */
const USELESS = new Set<FailureCode>(['DOCUMENT_NOT_FOUND', 'ARCHIVED_FILE_CHANGED']);

/** What lies in the archive, read to its end as it was stored; undefined where that does not lie there. */
async function storedDigest(archive: Archive, key: RequestKey, file: StorableFile): Promise<FileDigest | undefined> {
  try {
    const { stream, size, sha256 } = await archive.openFile(key, file);
    await finished(stream.resume());
    return { size, sha256 };
  } catch (error) {
    if (error instanceof VideoIdError && USELESS.has(error.code)) return undefined;
    throw error;
  }
}

/** Verifies a file as it lies in the archive, off the main thread. What is judged is what was stored, and nothing else. */
function verifyStored(
  { archive, verify }: Pick<Dependencies, 'archive' | 'verify'>,
  key: RequestKey,
  file: ArchiveFile,
  stored: FileDigest,
  order: VerificationOrder,
): Promise<Verified> {
  return withLocalCopy(archive, key, file, stored, (path) => verify(path, order));
}
