import type { RetrieveOrder, Retrieved, SignatureActivities, UploadedDocument } from '../messages/activities.js';
import { VideoIdError } from '../messages/failures.js';
import type { StoredContract, StoredDocument, Verification } from '../messages/outcome.js';
import type { RequestKey } from '../messages/request.js';
import type { FileDigest, StorableFile } from '../archive/archive.js';
import { mayPass } from '../signatures/reasons.js';
import { judgeTogether } from '../signatures/signers.js';
import type { Original, SignedFile } from '../signatures/signed-file.js';
import { verifyPdfSignature, type VerificationOrder } from '../signatures/verification.js';
import { ProviderError } from '../uanataca/errors.js';
import type { PdfStream } from '../uanataca/pdf-stream.js';
import type { Dependencies } from './dependencies.js';
import { writeEvidence } from './evidence.js';
import { providerFailure, stepFailure } from './step-failures.js';
import { storedDigest } from './stored-digest.js';

/** A file of the request as it was fetched and looked at. */
interface Fetched {
  digest: FileDigest;
  file: SignedFile;
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
    const retrieved = judged(documents, contract, order);
    const refused = order.giveUp ? undefined : notPassed(retrieved, order.mayPass);
    const files = filesOf(retrieved);
    if (refused !== undefined && files !== order.accepted) {
      throw stepFailure('VERIFICATION_NOT_PASSED', refused, { facts: { files } });
    }
    await writeEvidence(dependencies, key, { events: order.events, ...retrieved });
    return retrieved;
  };
}

class Retrieval {
  constructor(
    private readonly dependencies: Dependencies,
    private readonly key: RequestKey,
    private readonly order: RetrieveOrder,
    private readonly roots: VerificationOrder['roots'],
  ) {}

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
    const { archive, optimizer } = this.dependencies;
    const { requestPk } = this.order;
    const { path } = await archive.locateFile(this.key, { kind: 'document', index });
    return this.fetched({ kind: 'signed', index }, { sha256, size, path }, () =>
      optimizer(this.key.environment)
        .getDocument(requestPk, uid, 'signed')
        .catch((error: unknown) => notThereYet(this.dependencies, this.key, this.order.filesWithin, error)),
    );
  }

  /**
   * The contract after signing, as it comes. Whether the provider hands out the signed one is not documented: an unsigned copy is
   * recorded, not a fault; where it hands out none, an operator may have the one kept that the signer was shown.
   */
  async contract(): Promise<Fetched> {
    const { archive, optimizer } = this.dependencies;
    const { contract: accepted, contractAsShown, requestPk } = this.order;
    const { path } = await archive.locateFile(this.key, { kind: 'contract' });
    return this.fetched({ kind: 'signed-contract' }, { ...accepted, path }, () =>
      contractAsShown
        ? archive.openFile(this.key, { kind: 'contract' })
        : optimizer(this.key.environment)
            .getContract(requestPk)
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
  private async fetched(file: StorableFile, original: Original, fetch: () => Promise<PdfStream>): Promise<Fetched> {
    const { archive } = this.dependencies;
    const { accepted, giveUp } = this.order;
    const there = accepted === undefined && !giveUp ? undefined : await storedDigest(archive, this.key, file);
    const isAccepted = there !== undefined && (accepted ?? '').split(' ').includes(there.sha256);
    const digest = isAccepted
      ? there
      : await this.stored(file, fetch).catch((error: unknown) => {
          // Who gave up keeps what came before.
          if (giveUp && there !== undefined && !isOfArchive(error)) return there;
          throw error;
        });
    const { path } = await archive.locateFile(this.key, file);
    return { digest, file: (await verifyPdfSignature(path, { roots: this.roots, original })).file };
  }

  private async stored(file: StorableFile, fetch: () => Promise<PdfStream>): Promise<FileDigest> {
    const { stream, size } = await fetch();
    return this.dependencies.archive.storeFile(this.key, file, stream, { expectedBytes: size });
  }
}

function isOfArchive(error: unknown): boolean {
  return error instanceof VideoIdError && error.code.startsWith('ARCHIVE');
}

const NOTHING: SignedFile = { reasons: ['no-signature'], facts: {}, added: [] };

function judged(
  documents: { index: number; fetched: Fetched | undefined }[],
  contract: Fetched | undefined,
  order: RetrieveOrder,
): Retrieved {
  const there = documents.flatMap(({ index, fetched }) => (fetched === undefined ? [] : [{ index, ...fetched }]));
  const missing = documents.filter(({ fetched }) => fetched === undefined).map(({ index }) => index);
  const acceptedAt = Date.parse(order.acceptedAt ?? '');
  const verdict = judgeTogether(
    there.map(({ file }) => file),
    contract?.file ?? NOTHING,
    { ...order.verification, ...(Number.isNaN(acceptedAt) ? {} : { acceptedAt }) },
  );
  return {
    documents: there.flatMap(({ index, digest }, place): StoredDocument[] => {
      const verification = verdict.documents[place];
      return verification === undefined ? [] : [{ index, ...digest, verification }];
    }),
    ...(contract === undefined
      ? {}
      : { contract: { ...contract.digest, signed: verdict.contractSigned, verification: verdict.contract } }),
    ...(missing.length === 0 && contract !== undefined
      ? {}
      : { missing: { documents: missing, contract: contract === undefined } }),
  };
}

/** ISSUED and no signed file: the provider is still putting it together, for a set time. */
async function notThereYet(
  { archive }: Dependencies,
  key: RequestKey,
  filesWithin: number,
  error: unknown,
): Promise<never> {
  if (!(error instanceof ProviderError) || error.code !== 'PROVIDER_NOT_FOUND') throw error;
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

/** An unsigned contract is no fault; of one that cannot be read nobody knows whether it is signed. */
function countsSigned({ signed, verification }: StoredContract): boolean {
  return signed || verification.reasons.includes('contract-unreadable');
}

/** The bytes that were looked at, by their hashes in order: what an operator accepts is these and no others. */
function filesOf({ documents, contract }: Retrieved): string {
  return [...documents, ...(contract === undefined ? [] : [contract])].map(({ sha256 }) => sha256).join(' ');
}
