import { finished } from 'node:stream/promises';
import type { Archive, ArchiveFile, FileDigest, StorableFile } from '../archive/archive.js';
import type { RetrieveOrder, UploadedDocument } from '../messages/activities.js';
import { leftOf } from '../messages/age.js';
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
import { endOfTry } from './engine/provider-step.js';

/** A file that was fetched and checked. */
export interface Fetched {
  digest: FileDigest;
  file: SignedFile;
}

/** A file to fetch, and the file that it is the signed form of. */
interface Wanted {
  file: StorableFile;
  of: ArchiveFile;
  original: FileDigest;
}

/** Fetches, stores and verifies the files of one request. */
export class SignedFiles {
  private readonly limits: ReturnType<typeof downloadLimits>;
  private readonly end = endOfTry();

  constructor(
    private readonly dependencies: Dependencies,
    private readonly key: RequestKey,
    private readonly order: RetrieveOrder,
    private readonly roots: VerificationOrder['roots'],
  ) {
    this.limits = downloadLimits(dependencies, key, order.download);
  }

  /** If an operator gave up, any content is kept. */
  private get anyContent(): boolean {
    return this.order.giveUp === true;
  }

  /** If an operator gave up, a file that cannot be fetched is missing. Trouble with the archive still fails the step. */
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
          .getDocument(requestPk, uid, 'signed', { anyContent: this.anyContent })
          .catch((error: unknown) => notThereYet(this.dependencies, this.key, filesWithin, error)),
    );
  }

  /**
   * The contract after signing. Whether the provider returns the signed one is not documented, so an unsigned copy is recorded and is
   * no fault. If the provider returns none, an operator may keep the one that the signer was shown.
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
              .getContract(requestPk, { anyContent: this.anyContent })
              .catch((error: unknown) => this.contractRefused(error)),
    );
  }

  /** Says in the failure that the file is the contract: a request can go on without it. */
  private async contractRefused(error: unknown): Promise<never> {
    if (!(error instanceof ProviderError) || error.kind !== 'refused') throw error;
    await this.dependencies.trouble.answered(this.key);
    throw providerFailure(error, { facts: { file: 'contract' } });
  }

  /** A file that an operator accepted is not fetched again: the provider could return other bytes. */
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
          // After giving up, the file from an earlier try is kept.
          if (giveUp && there !== undefined && !isOfArchive(error)) return there;
          throw error;
        });
    const order = { roots: this.roots, original, now: archive.now() };
    const verified = await verifyStored(this.dependencies, this.key, file, digest, order);
    if (!verified.file.reasons.includes('content-rewritten')) return { digest, file: verified.file };
    // Only the original can show which signatures it had.
    return archive
      .withCopy(this.key, of, original, async (path) => {
        const again = { ...order, original: { ...original, path } };
        return { digest, file: (await verifyStored(this.dependencies, this.key, file, digest, again)).file };
      })
      .catch((error: unknown) => {
        // The original is lost. The verdict still says that the file was rewritten.
        const isLost = error instanceof VideoIdError && error.code === 'DOCUMENT_NOT_FOUND';
        if (isLost || (giveUp && !isOfArchive(error))) return { digest, file: verified.file };
        throw error;
      });
  }

  /** Throws once Temporal has given up this try: it must not replace what a later try has checked. */
  throwIfOver(): void {
    this.end.throwIfAborted();
  }

  private async stored(file: StorableFile, limit: DownloadLimit, fetch: () => Promise<PdfStream>): Promise<FileDigest> {
    this.throwIfOver();
    const pdf = await fetch();
    const stop = (): void => void pdf.stream.destroy(this.end.reason as Error);
    if (this.end.aborted) stop();
    else this.end.addEventListener('abort', stop, { once: true });
    return storeDownload(this.dependencies, this.key, file, pdf, limit);
  }
}

/** Trouble with the archive: it passes, and giving up does not help. */
function isOfArchive(error: unknown): boolean {
  return error instanceof VideoIdError && ARCHIVE_TROUBLE.has(error.code);
}

/** Statuses that mean "not yet" when the words are unknown: conflict, precondition failed, too early. */
const NOT_YET = new Set([409, 412, 425]);

function saysNotYet({ code, kind, status }: ProviderError): boolean {
  return code === 'PROVIDER_NOT_FOUND' || (kind === 'refused' && status !== undefined && NOT_YET.has(status));
}

/** ISSUED without a signed file: the provider is given a set time to finish it. */
async function notThereYet(
  { archive }: Dependencies,
  key: RequestKey,
  filesWithin: number,
  error: unknown,
): Promise<never> {
  if (!(error instanceof ProviderError) || !saysNotYet(error)) throw error;
  await archive.mark(key, 'files-awaited');
  const since = Date.parse((await archive.markedAt(key, 'files-awaited')) ?? '');
  const words =
    'The certificate was issued, but the provider does not have the signed files yet. Nothing was deleted. The signer must not sign again.';
  const left = leftOf(filesWithin, since, archive.now());
  if (left > 0) {
    const waited = filesWithin - left;
    throw stepFailure('SIGNED_FILES_MISSING', words, { retryIn: Math.min(Math.max(waited / 4, 250), 60_000) });
  }
  throw stepFailure('SIGNED_FILES_MISSING', `${words} Ask the provider where the files are. Retry when it has them.`);
}

/** The file is missing, or is not the stored one. */
const USELESS = new Set<FailureCode>(['DOCUMENT_NOT_FOUND', 'ARCHIVED_FILE_CHANGED']);

/** Reads an archived file to its end, which checks it. Undefined if it is missing or changed. */
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

/** Verifies an archived file in a thread. The local copy makes sure that exactly the stored bytes are checked. */
function verifyStored(
  { archive, verify }: Pick<Dependencies, 'archive' | 'verify'>,
  key: RequestKey,
  file: ArchiveFile,
  stored: FileDigest,
  order: VerificationOrder,
): Promise<Verified> {
  return archive.withCopy(key, file, stored, (path) => verify(path, order));
}
