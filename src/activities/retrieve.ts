import type { RetrieveOrder, SignatureActivities, UploadedDocument } from '../messages/activities.js';
import type { StoredContract, StoredDocument, Verification } from '../messages/outcome.js';
import type { RequestKey, RequestPk } from '../messages/request.js';
import { mayPass } from '../signatures/reasons.js';
import { newestSignerCertificate } from '../signatures/newest-certificate.js';
import { withSigner } from '../signatures/subject.js';
import { verifyPdfSignature, type VerificationOrder } from '../signatures/verification.js';
import { ProviderError } from '../uanataca/errors.js';
import type { PdfStream } from '../uanataca/pdf-stream.js';
import type { Dependencies } from './dependencies.js';
import { writeEvidence } from './evidence.js';
import { certificateIdentity } from './identity.js';
import { stepFailure } from './step-failures.js';

type Roots = VerificationOrder['roots'];

/**
 * Seed step 7: `GET document/{request_pk}/{uid}?document_type=signed` for every uid, and the contract again. Each is
 * stored, read back and verified; then the evidence is written. Nothing may be deleted before this has succeeded.
 */
export function retrieve(dependencies: Dependencies): SignatureActivities['retrieve'] {
  return async (key, order) => {
    const roots = await dependencies.roots(key.environment);
    const documents: StoredDocument[] = [];
    for (const document of order.documents) {
      documents.push(await storeSigned(dependencies, key, order.requestPk, document, roots, order.filesWithin));
    }
    const contract = await storeContract(dependencies, key, order, roots);
    const refused = notPassed(documents, contract, order.mayPass);
    if (refused !== undefined && refused !== order.accepted) throw stepFailure('VERIFICATION_NOT_PASSED', refused);
    await writeEvidence(dependencies, key, { events: order.events, documents, contract });
    return { documents, contract };
  };
}

async function storeSigned(
  dependencies: Dependencies,
  key: RequestKey,
  requestPk: RequestPk,
  document: UploadedDocument,
  roots: Roots,
  filesWithin: number,
): Promise<StoredDocument> {
  const { index, sha256, size, uid } = document;
  const { archive, optimizer } = dependencies;
  const signed = await optimizer(key.environment)
    .getDocument(requestPk, uid, 'signed')
    .catch((error: unknown) => notThereYet(dependencies, key, filesWithin, error));
  const file = { kind: 'signed', index } as const;
  const stored = await archive.storeFile(key, file, signed.stream, { expectedBytes: signed.size });
  const { path } = await archive.locateFile(key, file);
  const verification = await verifyPdfSignature(path, { roots, original: { sha256, size } });
  const certificate = await newestSignerCertificate(path);
  return {
    index,
    ...stored,
    verification: withSigner(verification, await certificateIdentity(dependencies, key, certificate)),
  };
}

/**
 * The contract after signing. Whether the provider hands out the signed one is not documented: an unsigned copy is recorded,
 * not a fault; where it hands out none, an operator may have the one kept that the signer was shown. A signed one must be the
 * one that the signer accepted.
 */
async function storeContract(
  dependencies: Dependencies,
  key: RequestKey,
  { requestPk, contractAsShown, contract: original }: Pick<RetrieveOrder, 'requestPk' | 'contractAsShown' | 'contract'>,
  roots: Roots,
): Promise<StoredContract> {
  const { archive, optimizer } = dependencies;
  const contract: PdfStream = contractAsShown
    ? await archive.openFile(key, { kind: 'contract' })
    : await optimizer(key.environment).getContract(requestPk);
  const file = { kind: 'signed-contract' } as const;
  const stored = await archive.storeFile(key, file, contract.stream, { expectedBytes: contract.size });
  const { path } = await archive.locateFile(key, file);
  const verification = ofContract(await verifyPdfSignature(path, { roots, original }));
  // The contract may bear a signature of the provider before the signer has seen it.
  const unsigned = ['no-signature', 'no-new-signature'].some((reason) => verification.reasons.includes(reason));
  if (unsigned) return { ...stored, signed: false, verification };
  const certificate = await newestSignerCertificate(path);
  const signer = await certificateIdentity(dependencies, key, certificate);
  return { ...stored, signed: true, verification: withSigner(verification, signer) };
}

/** By a name of its own, so that a setting can let it pass without letting documents pass that were rewritten. */
function ofContract(verification: Verification): Verification {
  const named = verification.reasons.map((reason) => (reason === 'content-rewritten' ? 'contract-rewritten' : reason));
  return { ...verification, reasons: named };
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

function notPassed(documents: StoredDocument[], contract: StoredContract, accepted: string[]): string | undefined {
  const passes = (verification: Verification) => mayPass(verification, accepted);
  const faults = [
    ...documents
      .filter(({ verification }) => !passes(verification))
      .map(({ index, verification }) => [`document ${index}`, verification] as const),
    ...(contract.signed && !passes(contract.verification) ? [['the contract', contract.verification] as const] : []),
  ];
  if (faults.length === 0) return undefined;
  const list = faults.map(([what, { result, reasons }]) => `${what} ${result} (${reasons.join(', ')})`).join('; ');
  return `The signatures did not pass: ${list}. Nothing is deleted. Look at the files, then accept them, or retry.`;
}
