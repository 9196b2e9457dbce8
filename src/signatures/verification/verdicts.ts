import { defined } from '../../messages/defined.js';
import type { Verification } from '../../messages/outcome.js';
import type { OtherSigners, Requirement, VerificationPolicy } from '../../messages/policy.js';
import { verificationOf, type VerificationReason } from '../reasons.js';
import type { SignatureVerdict } from './signature-check.js';
import type { SignedFile } from './signed-file.js';

/** The rules for the files of one request. */
export interface VerdictRules extends VerificationPolicy {
  /** When the signer first accepted. Milliseconds since 1970. Without it, times are not compared. */
  acceptedAt?: number;
}

export interface RequestVerdicts {
  documents: Verification[];
  contract: Verification;
  /** Whether a signature was added to the contract after the signer accepted it. */
  contractSigned: boolean;
  /** DER. It holds personal data, so it is not among the facts. */
  signerCertificate?: Uint8Array;
}

/**
 * The verdicts on all files of one request. The signer's certificate is the one that signed all documents, and the contract if it is
 * signed. Each file has exactly one signature with it. Signatures of others must be allowed by the settings.
 */
export function verdictsOfRequest(
  documents: readonly SignedFile[],
  contract: SignedFile,
  rules: VerdictRules,
): RequestVerdicts {
  const signer = signerOf(documents, contract, rules);
  const contractSigned = contract.added.length > 0;
  const of = (file: SignedFile) => (signer.one === undefined ? [] : signedBy(file, signer.one));
  return {
    documents: documents.map((document) => {
      const by = of(document);
      const whose: VerificationReason[] =
        document.added.length === 0 || signer.one === undefined || by.length > 0 ? signer.reasons : ['signer-differs'];
      return verdictOf(
        document,
        by.at(-1) ?? document.added.at(-1),
        [...whose, ...rulesOver(document, by, rules, rules.documentSigners)],
        rules,
      );
    }),
    contract: ofContract(contract, of(contract), rules),
    contractSigned,
    ...defined({ signerCertificate: signer.certificate }),
  };
}

/**
 * The verdict on one file. Signatures of others must be intact. Other problems with them give one separate reason.
 *
 * @param more reasons from other files, or from rules
 */
export function verdictOf(
  file: SignedFile,
  signer: SignatureVerdict | undefined,
  more: readonly VerificationReason[] = [],
  { earlierSignatures }: Pick<VerdictRules, 'earlierSignatures'> = { earlierSignatures: 'kept' },
): Verification {
  const own = file.reasons.filter((reason) => reason !== 'earlier-signature-lost' || earlierSignatures === 'kept');
  const others = file.added
    .filter((signature) => signature !== signer)
    .flatMap(({ reasons }) => reasons.flatMap(ofOther));
  return verificationOf([...own, ...(signer?.reasons ?? []), ...others, ...more], { ...file.facts, ...signer?.facts });
}

/** Reasons about the signed bytes count for every signature, by anybody. */
const OF_INTEGRITY = new Set<VerificationReason>([
  'byte-range-malformed',
  'cms-unreadable',
  'digest-mismatch',
  'signature-invalid',
  'signer-certificate-missing',
  'signing-certificate-mismatch',
  'integrity-not-checked',
  'no-roots-configured',
]);

function ofOther(reason: VerificationReason): VerificationReason[] {
  if (OF_INTEGRITY.has(reason)) return [reason];
  return reason.startsWith('timestamp-') ? [] : ['other-signature-not-trusted'];
}

interface Signer {
  one?: string;
  certificate?: Uint8Array;
  /** Why we do not know who the signer is. */
  reasons: VerificationReason[];
}

/** The certificate that signed most documents. Of several, the one that also signed the contract. Those that settings name do not count. */
function signerOf(documents: readonly SignedFile[], contract: SignedFile, rules: VerdictRules): Signer {
  const named = new Set([...rules.documentSigners.certificates, ...rules.contractSigners.certificates]);
  const counts = new Map<string, number>();
  const note = (file: SignedFile, weight: number) => {
    const seen = new Set(file.added.flatMap(({ certificate }) => certificate?.fingerprint ?? []));
    for (const one of seen) if (!named.has(one)) counts.set(one, (counts.get(one) ?? 0) + weight);
  };
  for (const document of documents) note(document, 2);
  note(
    { ...contract, added: contract.added.filter(({ certificate }) => counts.has(certificate?.fingerprint ?? '')) },
    1,
  );
  const most = Math.max(0, ...counts.values());
  const [one, another] = [...counts].filter(([, count]) => count === most).map(([fingerprint]) => fingerprint);
  if (one === undefined) return { reasons: [] };
  if (another !== undefined) return { reasons: [most >= documents.length * 2 ? 'signer-unclear' : 'signer-differs'] };
  const certificate = documents
    .flatMap(({ added }) => added)
    .find((signature) => signature.certificate?.fingerprint === one)?.certificate?.der;
  return { one, ...defined({ certificate }), reasons: [] };
}

function signedBy(file: SignedFile, fingerprint: string): SignatureVerdict[] {
  return file.added.filter(({ certificate }) => certificate?.fingerprint === fingerprint);
}

function rulesOver(
  file: SignedFile,
  bySigner: readonly SignatureVerdict[],
  { acceptedAt, clockTolerance, requires }: VerdictRules,
  allowed: OtherSigners,
): VerificationReason[] {
  const others = file.added.filter((signature) => !bySigner.includes(signature));
  const isEarly = ({ provenAt }: SignatureVerdict) =>
    provenAt !== undefined && acceptedAt !== undefined && provenAt < acceptedAt - clockTolerance;
  return [
    ...(bySigner.some(isEarly) ? ['signed-before-acceptance' as const] : []),
    ...(bySigner.every((signature) => requires.every((each) => states(signature, each)))
      ? []
      : ['certificate-lacks-required' as const]),
    ...(bySigner.length > 1 ? ['signer-signed-twice' as const] : []),
    ...(bySigner.length > 0 && !areAllowed(others, allowed) ? ['other-signature-not-allowed' as const] : []),
  ];
}

function areAllowed(signatures: readonly SignatureVerdict[], { others, certificates }: OtherSigners): boolean {
  if (signatures.length > others) return false;
  return (
    certificates.length === 0 ||
    signatures.every(({ certificate }) => certificate !== undefined && certificates.includes(certificate.fingerprint))
  );
}

function states({ certificate }: SignatureVerdict, requirement: Requirement): boolean {
  const claims = certificate?.claims;
  switch (requirement) {
    case 'qc-compliance':
      return claims?.compliance === true;
    case 'qc-sscd':
      return claims?.sscd === true;
    case 'qc-type-esign':
      return claims?.types.includes('esign') === true;
  }
}

/** Reasons of a contract have different names, so that a setting can let a contract pass but no documents. */
function ofContract(contract: SignedFile, bySigner: SignatureVerdict[], rules: VerdictRules): Verification {
  const reasons = contract.reasons.map((reason) => CONTRACT_NAMES[reason] ?? reason);
  const isUnreadable = reasons.includes('contract-unreadable');
  const own = { ...contract, reasons: isUnreadable ? reasons.filter((reason) => !UNSIGNED.has(reason)) : reasons };
  if (contract.added.length === 0) return verdictOf(own, undefined, [], rules);
  const whose: VerificationReason[] = bySigner.length === 0 ? ['contract-signed-by-another'] : [];
  const signer = bySigner.at(-1) ?? contract.added.at(-1);
  return verdictOf(own, signer, [...whose, ...rulesOver(contract, bySigner, rules, rules.contractSigners)], rules);
}

const CONTRACT_NAMES: Partial<Record<VerificationReason, VerificationReason>> = {
  'content-rewritten': 'contract-rewritten',
  'not-a-pdf': 'contract-unreadable',
  'pdf-unreadable': 'contract-unreadable',
};

const UNSIGNED = new Set<VerificationReason>(['no-signature', 'no-new-signature']);
