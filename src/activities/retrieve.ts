import type { Retrieved, RetrieveOrder, SignatureActivities } from '../messages/activities.js';
import { defined } from '../messages/defined.js';
import type { StoredContract, StoredDocument, Verification } from '../messages/outcome.js';
import type { RequestKey } from '../messages/request.js';
import { withSigner } from '../signatures/identity/subject.js';
import { isUnchecked, mayPass, reasonWords, type VerificationReason } from '../signatures/reasons.js';
import type { SignedFile } from '../signatures/verification/signed-file.js';
import { verdictsOfRequest } from '../signatures/verification/verdicts.js';
import type { Dependencies } from './engine/dependencies.js';
import { stepFailure } from './engine/failures.js';
import { writeEvidence } from './engine/evidence.js';
import { certificateIdentity } from './identity.js';
import { contractBefore, documentsNotKnown } from './upload.js';
import { type Fetched, SignedFiles } from './signed-files.js';

/**
 * Step 7: `GET document/{request_pk}/{uid}?document_type=signed` for every uid, and the contract again. Each file is
 * stored, read back and verified. Then the evidence is written. Nothing is deleted before this step succeeds.
 */
export function retrieve(dependencies: Dependencies): SignatureActivities['retrieve'] {
  return async (key, given) => {
    const order = { ...given, ...(await beforeSigning(dependencies, key, given)) };
    const work = new SignedFiles(dependencies, key, order, await dependencies.roots(key.environment));
    const documents: { index: number; fetched: Fetched | undefined }[] = [];
    for (const document of order.documents) {
      documents.push({ index: document.index, fetched: await work.orMissing(() => work.signed(document)) });
    }
    const contract = await work.orMissing(() => work.contract());
    const all = (await dependencies.archive.readRequest(key)).documents.map(({ index }) => index);
    const retrieved = await verifiedFiles(dependencies, key, order, { all, documents, contract });
    const refused = notPassed(retrieved, order.mayPass);
    const files = filesOf(retrieved);
    if (refused !== undefined && !order.giveUp && files !== order.accepted) {
      throw stepFailure('VERIFICATION_NOT_PASSED', refused, { facts: { files } });
    }
    work.throwIfOver();
    await writeEvidence(dependencies, key, retrieved);
    return order.giveUp && refused !== undefined ? { ...retrieved, unseen: true } : retrieved;
  };
}

/**
 * The documents at the provider, and the contract before signing. If the request was restored from before the upload, only a newer
 * archive knows them.
 *
 * @throws ApplicationFailure SIGNED_FILES_MISSING, unless an operator has given up
 */
async function beforeSigning(
  { archive }: Dependencies,
  key: RequestKey,
  { documents, contract, requestPk, giveUp }: RetrieveOrder,
): Promise<Pick<RetrieveOrder, 'documents' | 'contract'>> {
  if (documents.length > 0) return { documents, contract };
  const uploads = await archive.readUploads(key);
  const known = uploads?.requestPk === requestPk ? uploads.documents : [];
  if (known.length === 0 && !giveUp) throw documentsNotKnown();
  return { documents: known, contract: (await contractBefore({ archive }, key)) ?? contract };
}

/** The reason of a document, and that of the contract. */
const SIGNED_BY_ANOTHER: readonly VerificationReason[] = ['signer-differs', 'contract-signed-by-another'];

const NOTHING: SignedFile = { reasons: ['no-signature'], facts: {}, added: [] };

async function verifiedFiles(
  dependencies: Dependencies,
  key: RequestKey,
  order: RetrieveOrder,
  {
    all,
    documents,
    contract,
  }: {
    /** The indexes of all documents of the request. */
    all: number[];
    documents: { index: number; fetched: Fetched | undefined }[];
    contract: Fetched | undefined;
  },
): Promise<Retrieved> {
  const there = documents.flatMap(({ index, fetched }) => (fetched === undefined ? [] : [{ index, ...fetched }]));
  const missing = all.filter((index) => !there.some((document) => document.index === index));
  const acceptedAt = Date.parse(order.acceptedAt ?? '');
  const verdict = verdictsOfRequest(
    there.map(({ file }) => file),
    contract?.file ?? NOTHING,
    { ...order.verification, ...(Number.isNaN(acceptedAt) ? {} : { acceptedAt }) },
  );
  const signer = await certificateIdentity(dependencies, key, verdict.signerCertificate);
  // The signer's verdict does not apply to files that somebody else signed.
  const ofSigner = (verification: Verification) =>
    SIGNED_BY_ANOTHER.some((reason) => verification.reasons.includes(reason))
      ? verification
      : withSigner(verification, signer);
  return {
    documents: there.flatMap(({ index, digest }, place): StoredDocument[] => {
      const verification = verdict.documents[place];
      return verification === undefined ? [] : [{ index, ...digest, verification: ofSigner(verification) }];
    }),
    ...defined({
      contract: contract && {
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

function notPassed({ documents, contract }: Retrieved, passable: string[]): string | undefined {
  const faults: [string, Verification][] = [
    ...documents.map(({ index, verification }): [string, Verification] => [`document ${index}`, verification]),
    ...(contract !== undefined && countsSigned(contract)
      ? [['the contract', contract.verification] as [string, Verification]]
      : []),
  ].filter(([, verification]) => !mayPass(verification, passable));
  if (faults.length === 0) return undefined;
  const list = faults.map(([what, { result, reasons }]) => `${what} ${result}: ${reasonWords(reasons)}`).join('; ');
  return `The signatures did not pass: ${list}. Nothing was deleted. Look at the files, then accept them or retry.`;
}

/** An unsigned contract is fine. A contract that was not checked may be signed, so it counts. */
function countsSigned({ signed, verification }: StoredContract): boolean {
  return signed || verification.reasons.some((reason) => reason === 'contract-unreadable' || isUnchecked(reason));
}

/** The hashes of the checked files, in order. An operator accepts exactly these files. */
function filesOf({ documents, contract }: Retrieved): string {
  return [...documents, ...(contract === undefined ? [] : [contract])].map(({ sha256 }) => sha256).join(' ');
}
