import type { RetrieveOrder, Retrieved, SignatureActivities, UploadedDocument } from '../messages/activities.js';
import { VideoIdError } from '../messages/failures.js';
import type { StoredContract, StoredDocument, Verification } from '../messages/outcome.js';
import type { RequestKey } from '../messages/request.js';
import type { ArchiveFile, FileDigest, StorableFile } from '../archive/archive.js';
import { withLocalCopy } from '../archive/local-copy.js';
import { isUnchecked, mayPass, type VerificationReason } from '../signatures/reasons.js';
import { judgeTogether } from '../signatures/verification/verdicts.js';
import type { SignedFile } from '../signatures/verification/signed-file.js';
import { withSigner } from '../signatures/identity/subject.js';
import type { VerificationOrder } from '../signatures/verification/verification.js';
import { ProviderError } from '../uanataca/errors.js';
import type { PdfStream } from '../uanataca/pdf-stream.js';
import type { Dependencies } from './dependencies.js';
import { type DownloadLimit, downloadLimits, storeDownload } from './download.js';
import { writeEvidence } from './evidence.js';
import { certificateIdentity } from './identity.js';
import { OWN_TROUBLE, providerFailure, stepFailure } from './step-failures.js';
import { storedDigest } from './stored-digest.js';
import { verifyStored } from './verify-stored.js';

/** A file of the request as it was fetched and looked at. */
interface Fetched {
  digest: FileDigest;
  file: SignedFile;
}

/** A file that is wanted, and the one that it is the signed form of. */
interface Wanted {
  file: StorableFile;
  of: ArchiveFile;
  original: FileDigest;
}

/**
 * Seed step 7: `GET document/{request_pk}/{uid}?document_type=signed` for every uid, and the contract again. Each is
 * stored, read back and verified; then the evidence is written. Nothing may be deleted before this has succeeded.
 */
export function retrieve(dependencies: Dependencies): SignatureActivities['retrieve'] {
  return async (key, order) => {
    const work = new Retrieval(dependencies, key, order, await dependencies.roots(key.environment));
    const documents: { index: number; fetched: Fetched | undefined }[] = [];
    for (const document of order.documents) {
      documents.push({ index: document.index, fetched: await work.orMissing(() => work.signed(document)) });
    }
    const contract = await work.orMissing(() => work.contract());
    const retrieved = await judged(dependencies, key, order, documents, contract);
    const refused = notPassed(retrieved, order.mayPass);
    const files = filesOf(retrieved);
    if (refused !== undefined && !order.giveUp && files !== order.accepted) {
      throw stepFailure('VERIFICATION_NOT_PASSED', refused, { facts: { files } });
    }
    await writeEvidence(dependencies, key, { events: order.events, ...retrieved });
    return order.giveUp && refused !== undefined ? { ...retrieved, unseen: true } : retrieved;
  };
}

class Retrieval {
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
  return error instanceof VideoIdError && OWN_TROUBLE.has(error.code);
}

/** Of a document, and of the contract. */
const SIGNED_BY_ANOTHER: readonly VerificationReason[] = ['signer-differs', 'contract-signed-by-another'];

const NOTHING: SignedFile = { reasons: ['no-signature'], facts: {}, added: [] };

async function judged(
  dependencies: Dependencies,
  key: RequestKey,
  order: RetrieveOrder,
  documents: { index: number; fetched: Fetched | undefined }[],
  contract: Fetched | undefined,
): Promise<Retrieved> {
  const there = documents.flatMap(({ index, fetched }) => (fetched === undefined ? [] : [{ index, ...fetched }]));
  const missing = documents.filter(({ fetched }) => fetched === undefined).map(({ index }) => index);
  const acceptedAt = Date.parse(order.acceptedAt ?? '');
  const verdict = judgeTogether(
    there.map(({ file }) => file),
    contract?.file ?? NOTHING,
    { ...order.verification, ...(Number.isNaN(acceptedAt) ? {} : { acceptedAt }) },
  );
  const signer = await certificateIdentity(dependencies, key, verdict.signerCertificate);
  // What another has signed says nothing about this certificate.
  const ofSigner = (verification: Verification) =>
    SIGNED_BY_ANOTHER.some((reason) => verification.reasons.includes(reason))
      ? verification
      : withSigner(verification, signer);
  return {
    documents: there.flatMap(({ index, digest }, place): StoredDocument[] => {
      const verification = verdict.documents[place];
      return verification === undefined ? [] : [{ index, ...digest, verification: ofSigner(verification) }];
    }),
    ...(contract === undefined
      ? {}
      : {
          contract: {
            ...contract.digest,
            signed: verdict.contractSigned,
            verification: verdict.contractSigned ? ofSigner(verdict.contract) : verdict.contract,
          },
        }),
    ...(missing.length === 0 && contract !== undefined
      ? {}
      : { missing: { documents: missing, contract: contract === undefined } }),
  };
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

function notPassed({ documents, contract }: Retrieved, passable: string[]): string | undefined {
  const faults: [string, Verification][] = [
    ...documents.map(({ index, verification }): [string, Verification] => [`document ${index}`, verification]),
    ...(contract !== undefined && countsSigned(contract)
      ? [['the contract', contract.verification] as [string, Verification]]
      : []),
  ].filter(([, verification]) => !mayPass(verification, passable));
  if (faults.length === 0) return undefined;
  const list = faults.map(([what, { result, reasons }]) => `${what} ${result} (${reasons.join(', ')})`).join('; ');
  return `The signatures did not pass: ${list}. Nothing is deleted. Look at the files, then accept them, or retry.`;
}

/** An unsigned contract is no fault; of one that was not read to its end nobody knows whether it is signed. */
function countsSigned({ signed, verification }: StoredContract): boolean {
  return signed || verification.reasons.some((reason) => reason === 'contract-unreadable' || isUnchecked(reason));
}

/** The bytes that were looked at, by their hashes in order: what an operator accepts is these and no others. */
function filesOf({ documents, contract }: Retrieved): string {
  return [...documents, ...(contract === undefined ? [] : [contract])].map(({ sha256 }) => sha256).join(' ');
}
