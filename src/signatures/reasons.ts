import type { Verification } from '../messages/outcome.js';
import { PASSABLE_REASONS, type PassableReason } from '../messages/verification-reasons.js';

/**
 * Why a file did not pass: the one table of what is `failed` and what `indeterminate`.
 * `failed`: the file is not the signed document it should be. `indeterminate`: it may be, but it cannot be told from what we have;
 * a setting per registration authority may let some of these pass, by name.
 */
export const REASONS = {
  'not-a-pdf': { result: 'failed', words: 'the file is no PDF' },
  'no-signature': { result: 'failed', words: 'the file has no signature' },
  'no-new-signature': { result: 'failed', words: 'the file has only the signatures it was uploaded with' },
  'byte-range-malformed': { result: 'failed', words: 'the byte range does not leave out exactly the signature' },
  'byte-range-not-whole-file': { result: 'failed', words: 'the newest signature does not cover the file to its end' },
  'cms-unreadable': { result: 'failed', words: 'the signature is no CMS with one signer and detached content' },
  'digest-mismatch': { result: 'failed', words: 'the content was changed after it was signed' },
  'signature-invalid': {
    result: 'failed',
    words: 'the signature value does not belong to what was signed and the certificate',
  },
  'signer-certificate-missing': {
    result: 'failed',
    words: 'the signature does not bring the certificate of its signer',
  },
  'signing-certificate-mismatch': { result: 'failed', words: 'the signed attributes name another certificate' },
  'algorithm-weak': {
    result: 'failed',
    words: 'an algorithm or key of the signature or its chain is too weak to prove anything',
  },
  'certificate-unsuitable': { result: 'failed', words: 'a certificate of the chain is not made for its use here' },
  'certificate-lacks-required': {
    result: 'failed',
    words: 'the certificate of the signer does not say of itself what a setting requires',
  },
  'chain-not-trusted': { result: 'failed', words: 'the certificate does not lead to a configured root' },
  'signer-unexpected': {
    result: 'failed',
    words: 'the certificate of the signer has another document number than the expected one',
  },
  'signer-not-named': {
    result: 'indeterminate',
    words: 'a document number is expected, and the certificate of the signer has none',
  },
  'signer-differs': {
    result: 'failed',
    words: 'the document does not bear the signature of the certificate that signed the others',
  },
  'signed-before-acceptance': {
    result: 'failed',
    words: 'a trusted timestamp shows that it was signed before the signer accepted what is signed',
  },
  'integrity-not-checked': {
    result: 'indeterminate',
    words: 'it could not be checked whether the content is still what was signed',
  },
  'pdf-unreadable': { result: 'indeterminate', words: 'the file is not a PDF that every reader reads alike' },
  'too-complex': { result: 'indeterminate', words: 'checking the file takes more than is allowed' },
  'changed-between-signatures': {
    result: 'indeterminate',
    words: 'between two signatures more was changed than signing needs',
  },
  'signer-unclear': {
    result: 'indeterminate',
    words: 'several certificates signed all documents, and it cannot be told which is the signer’s',
  },
  'validation-material-appended': {
    result: 'indeterminate',
    words:
      'certificates, revocation data or document timestamps were appended after the newest signature, and nothing else',
  },
  'no-roots-configured': { result: 'indeterminate', words: 'no root certificate is configured' },
  'certificate-not-valid-at-signing-time': {
    result: 'indeterminate',
    words: 'a certificate of the chain is expired or not yet valid, and no trusted timestamp lies within its time',
  },
  'certificate-constraints-unchecked': {
    result: 'indeterminate',
    words: 'a certificate of the chain has conditions that we do not know or cannot check',
  },
  'content-rewritten': { result: 'indeterminate', words: 'the signed file does not begin with the uploaded one' },
  'content-added': {
    result: 'indeterminate',
    words: 'the signed revision changes more of the document than signing needs',
  },
  'contract-rewritten': {
    result: 'indeterminate',
    words: 'the signed contract does not begin with the one that the signer accepted',
  },
  // Not among those that a setting may let pass: nothing is known of the file then.
  'verification-took-too-long': {
    result: 'indeterminate',
    words: 'the verification was ended because it took too long',
  },
  'verification-out-of-memory': {
    result: 'indeterminate',
    words: 'the verification was ended because it needed too much memory',
  },
  'verification-broke-off': {
    result: 'indeterminate',
    words: 'the verification failed because of a defect of ours; see the log',
  },
  'contract-unreadable': { result: 'indeterminate', words: 'the contract after signing cannot be read as a PDF' },
  'contract-signed-by-another': {
    result: 'indeterminate',
    words: 'the contract is signed, but not with the certificate that signed the documents',
  },
  'other-signature-not-allowed': {
    result: 'indeterminate',
    words: 'beside the signer’s there is a signature that no setting allows',
  },
  'other-signature-not-trusted': {
    result: 'indeterminate',
    words: 'a signature beside the signer’s is intact, but its certificate is not what it should be',
  },
  'signer-signed-twice': { result: 'indeterminate', words: 'the signer’s certificate signed more than once' },
  'earlier-signature-lost': {
    result: 'indeterminate',
    words: 'a signature that the document had when the signer accepted it is gone, or is no longer intact',
  },
  'signed-attributes-missing': {
    result: 'indeterminate',
    words: 'the signature has no signed attributes, which would name its certificate',
  },
  'sub-filter-unknown': { result: 'indeterminate', words: 'the signature is of a kind that is unknown to us' },
  'algorithm-unsupported': { result: 'indeterminate', words: 'an algorithm is unknown to us' },
  'timestamp-unreadable': { result: 'indeterminate', words: 'the timestamp cannot be read' },
  'timestamp-unsupported': {
    result: 'indeterminate',
    words: 'an algorithm of the timestamp is unknown to us, or too weak',
  },
  'timestamp-invalid': { result: 'indeterminate', words: 'the timestamp does not belong to this signature' },
  'timestamp-not-trusted': { result: 'indeterminate', words: 'the timestamp does not lead to a configured root' },
} as const satisfies Record<PassableReason, { result: 'indeterminate'; words: string }> &
  Record<string, { result: 'failed' | 'indeterminate'; words: string }>;

export type VerificationReason = keyof typeof REASONS;

/** A verdict: `passed` without reasons, `failed` with at least one of those, else `indeterminate`. Each reason stands once. */
export function verificationOf(
  reasons: readonly VerificationReason[],
  facts: Record<string, string>,
): Verification & { reasons: VerificationReason[] } {
  const once = [...new Set(reasons)];
  return { result: resultOf(once), reasons: once, facts };
}

/** `passed` without reasons, `failed` with at least one of those, else `indeterminate`. */
export function resultOf(reasons: readonly VerificationReason[]): Verification['result'] {
  if (reasons.length === 0) return 'passed';
  return reasons.some((reason) => REASONS[reason].result === 'failed') ? 'failed' : 'indeterminate';
}

/** What says that nobody looked at the file to its end. */
const UNCHECKED: readonly string[] = [
  'too-complex',
  'verification-took-too-long',
  'verification-out-of-memory',
  'verification-broke-off',
] satisfies VerificationReason[];

/** Whether a reason says that nothing is known of the file. */
export function isUnchecked(reason: string): boolean {
  return UNCHECKED.includes(reason);
}

/**
 * Whether a signed file may be taken: it passed, or is indeterminate for reasons that are all in the list and may be. Failed never
 * passes, nor what was not checked.
 */
export function mayPass(verification: Verification, reasons: readonly string[]): boolean {
  if (verification.result !== 'indeterminate') return verification.result === 'passed';
  const passable: readonly string[] = PASSABLE_REASONS;
  return (
    verification.reasons.length > 0 &&
    verification.reasons.every((reason) => reasons.includes(reason) && passable.includes(reason))
  );
}
