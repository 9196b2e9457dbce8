import type { Verification } from '../messages/outcome.js';
import { PASSABLE_REASONS, type PassableReason } from '../messages/verification-reasons.js';

/**
 * Why a file did not pass, and whether that means `failed` or `indeterminate`.
 * `failed`: the file is not the signed document that it should be. `indeterminate`: it may be, but we cannot prove it.
 * A setting per registration authority can let named indeterminate reasons pass.
 */
export const REASONS = {
  'not-a-pdf': { result: 'failed', words: 'the file is not a PDF' },
  'no-signature': { result: 'failed', words: 'the file has no signature' },
  'no-new-signature': { result: 'failed', words: 'the file has only the signatures it was uploaded with' },
  'byte-range-malformed': { result: 'failed', words: 'the byte range does not cover everything but the signature' },
  'byte-range-not-whole-file': { result: 'failed', words: 'the newest signature does not cover the file to its end' },
  'cms-unreadable': { result: 'failed', words: 'the signature is not a CMS with one signer and detached content' },
  'digest-mismatch': { result: 'failed', words: 'the content was changed after it was signed' },
  'signature-invalid': {
    result: 'failed',
    words: 'the signature value does not match the signed content and the certificate',
  },
  'signer-certificate-missing': {
    result: 'failed',
    words: 'the signature does not contain the certificate of its signer',
  },
  'signing-certificate-mismatch': { result: 'failed', words: 'the signed attributes name another certificate' },
  'algorithm-weak': {
    result: 'failed',
    words: 'an algorithm or key of the signature or its chain is too weak to prove anything',
  },
  'certificate-unsuitable': { result: 'failed', words: 'a certificate of the chain may not be used for this purpose' },
  'certificate-lacks-required': {
    result: 'failed',
    words: 'the certificate of the signer lacks a statement that a setting requires',
  },
  'chain-not-trusted': { result: 'failed', words: 'the certificate does not lead to a configured root' },
  'signer-unexpected': {
    result: 'failed',
    words: 'the document number in the signer’s certificate is not the expected one',
  },
  'signer-not-named': {
    result: 'indeterminate',
    words: 'a document number is expected, but the signer’s certificate has none',
  },
  'signer-differs': {
    result: 'failed',
    words: 'the document is not signed with the certificate that signed the other documents',
  },
  'signed-before-acceptance': {
    result: 'failed',
    words: 'a trusted timestamp shows that it was signed before the signer accepted it',
  },
  'integrity-not-checked': {
    result: 'indeterminate',
    words: 'it could not be checked whether the content was changed after it was signed',
  },
  'pdf-unreadable': { result: 'indeterminate', words: 'PDF readers may disagree about what the file contains' },
  'too-complex': { result: 'indeterminate', words: 'checking the file would take more time or memory than allowed' },
  'changed-between-signatures': {
    result: 'indeterminate',
    words: 'between two signatures, more was changed than signing needs',
  },
  'signer-unclear': {
    result: 'indeterminate',
    words: 'several certificates signed all documents, so the signer’s cannot be identified',
  },
  'validation-material-appended': {
    result: 'indeterminate',
    words: 'only certificates, revocation data or document timestamps were added after the newest signature',
  },
  'no-roots-configured': {
    result: 'indeterminate',
    words: 'no root certificate is given: see the setting roots',
  },
  'certificate-not-valid-at-signing-time': {
    result: 'indeterminate',
    words:
      'a certificate of the chain is not valid now, and no trusted timestamp proves that it was valid when it signed',
  },
  'certificate-constraints-unchecked': {
    result: 'indeterminate',
    words: 'a certificate of the chain has conditions that cannot be checked here',
  },
  'content-rewritten': {
    result: 'indeterminate',
    words: 'the signed file does not begin with the bytes of the uploaded one',
  },
  'content-added': {
    result: 'indeterminate',
    words: 'signing changed more of the document than it needs to',
  },
  'contract-rewritten': {
    result: 'indeterminate',
    words: 'the signed contract does not begin with the bytes of the one that the signer accepted',
  },
  // No setting may let these three pass: the file was not checked.
  'verification-took-too-long': {
    result: 'indeterminate',
    words: 'the verification took too long and was stopped',
  },
  'verification-out-of-memory': {
    result: 'indeterminate',
    words: 'the verification needed too much memory and was stopped',
  },
  'verification-broke-off': {
    result: 'indeterminate',
    words: 'the verification stopped because of a defect in this program; see the log',
  },
  'contract-unreadable': { result: 'indeterminate', words: 'the signed contract cannot be read as a PDF' },
  'contract-signed-by-another': {
    result: 'indeterminate',
    words: 'the contract is signed with another certificate than the documents',
  },
  'other-signature-not-allowed': {
    result: 'indeterminate',
    words: 'the file has a signature of somebody else that no setting allows',
  },
  'other-signature-not-trusted': {
    result: 'indeterminate',
    words: 'a signature of somebody else is intact, but its certificate is not trusted',
  },
  'signer-signed-twice': { result: 'indeterminate', words: 'the signer’s certificate signed more than once' },
  'earlier-signature-lost': {
    result: 'indeterminate',
    words: 'a signature that the accepted document had is missing or no longer intact',
  },
  'signed-attributes-missing': {
    result: 'indeterminate',
    words: 'the signature has no signed attributes, so it does not name its certificate',
  },
  'sub-filter-unknown': { result: 'indeterminate', words: 'the kind of signature is unknown to this program' },
  'algorithm-unsupported': { result: 'indeterminate', words: 'an algorithm is unknown to this program' },
  'timestamp-unreadable': { result: 'indeterminate', words: 'the timestamp cannot be read' },
  'timestamp-unsupported': {
    result: 'indeterminate',
    words: 'an algorithm of the timestamp is unknown to this program, or too weak',
  },
  'timestamp-invalid': { result: 'indeterminate', words: 'the timestamp belongs to another signature' },
  'timestamp-not-trusted': { result: 'indeterminate', words: 'the timestamp does not lead to a configured root' },
} as const satisfies Record<PassableReason, { result: 'indeterminate'; words: string }> &
  Record<string, { result: 'failed' | 'indeterminate'; words: string }>;

export type VerificationReason = keyof typeof REASONS;

/** The verdict for these reasons. Repeated reasons are listed once. */
export function verificationOf(
  reasons: readonly VerificationReason[],
  facts: Record<string, string>,
): Verification & { reasons: VerificationReason[] } {
  const once = [...new Set(reasons)];
  return { result: resultOf(once), reasons: once, facts };
}

/** `passed` without reasons; `failed` if one of them is; else `indeterminate`. */
export function resultOf(reasons: readonly VerificationReason[]): Verification['result'] {
  if (reasons.length === 0) return 'passed';
  return reasons.some((reason) => REASONS[reason].result === 'failed') ? 'failed' : 'indeterminate';
}

/** Reasons for people, each with the word that settings use for it. */
export function reasonWords(reasons: readonly string[]): string {
  const known = new Map<string, { words: string }>(Object.entries(REASONS));
  return reasons.map((reason) => `${known.get(reason)?.words ?? 'another reason'} (${reason})`).join(', ');
}

/** Reasons that mean that the file was not checked to its end. */
const UNCHECKED: readonly string[] = [
  'too-complex',
  'verification-took-too-long',
  'verification-out-of-memory',
  'verification-broke-off',
] satisfies VerificationReason[];

/** Whether a reason means that the file was not checked to its end. */
export function isUnchecked(reason: string): boolean {
  return UNCHECKED.includes(reason);
}

/** Whether a signed file is accepted: it passed, or every reason is in `reasons` and may be let pass. A failed file never is. */
export function mayPass(verification: Verification, reasons: readonly string[]): boolean {
  if (verification.result !== 'indeterminate') return verification.result === 'passed';
  const passable: readonly string[] = PASSABLE_REASONS;
  return (
    verification.reasons.length > 0 &&
    verification.reasons.every((reason) => reasons.includes(reason) && passable.includes(reason))
  );
}
