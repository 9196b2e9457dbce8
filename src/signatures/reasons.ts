import type { Verification } from '../messages/outcome.js';
import type { IndeterminateReason } from '../messages/verification-reasons.js';

/**
 * Why a file did not pass: the one table of what is `failed` and what `indeterminate`.
 * `failed`: the file is not the signed document it should be. `indeterminate`: it may be, but it cannot be told from what we have;
 * a setting per registration authority may let named ones of these pass.
 */
export const REASONS = {
  'no-signature': { result: 'failed', words: 'the file has no signature' },
  'no-new-signature': { result: 'failed', words: 'the file has only the signatures it was uploaded with' },
  'byte-range-malformed': { result: 'failed', words: 'the byte range does not leave out exactly the signature' },
  'byte-range-not-whole-file': { result: 'failed', words: 'the newest signature does not cover the file to its end' },
  'cms-unreadable': {
    result: 'failed',
    words: 'the signature is no CMS with one signer, signed attributes and detached content',
  },
  'digest-mismatch': { result: 'failed', words: 'the content was changed after it was signed' },
  'signature-invalid': {
    result: 'failed',
    words: 'the signature value does not belong to the signed attributes and the certificate',
  },
  'signer-certificate-missing': {
    result: 'failed',
    words: 'the signature does not bring the certificate of its signer',
  },
  'signing-certificate-mismatch': { result: 'failed', words: 'the signed attributes name another certificate' },
  'certificate-unsuitable': { result: 'failed', words: 'a certificate of the chain is not made for its use here' },
  'chain-not-trusted': { result: 'failed', words: 'the certificate does not lead to a configured root' },
  'signer-unexpected': {
    result: 'failed',
    words: 'the certificate of the signer has another document number than the expected one',
  },
  'signer-not-named': {
    result: 'indeterminate',
    words: 'a document number is expected, and the certificate of the signer has none',
  },
  'validation-material-appended': {
    result: 'indeterminate',
    words:
      'certificates, revocation data or document timestamps were appended after the newest signature, and nothing else',
  },
  'no-roots-configured': { result: 'indeterminate', words: 'no root certificate is configured' },
  'certificate-not-valid-at-signing-time': {
    result: 'indeterminate',
    words: 'a certificate of the chain was not yet or no longer valid when it was signed',
  },
  'content-rewritten': { result: 'indeterminate', words: 'the signed file does not begin with the uploaded one' },
  'contract-rewritten': {
    result: 'indeterminate',
    words: 'the signed contract does not begin with the one that the signer accepted',
  },
  'algorithm-unsupported': { result: 'indeterminate', words: 'an algorithm or key size is unknown to us or too weak' },
  // Not among those that a setting may let pass: nothing is known of the file then.
  'verification-took-too-long': {
    result: 'indeterminate',
    words: 'the verification was ended because it took too long',
  },
  'verification-out-of-memory': {
    result: 'indeterminate',
    words: 'the verification was ended because it needed too much memory',
  },
  'verification-broke-off': { result: 'indeterminate', words: 'the verification met a mistake of ours; see the log' },
  'timestamp-unreadable': { result: 'indeterminate', words: 'the timestamp cannot be read' },
  'timestamp-invalid': { result: 'indeterminate', words: 'the timestamp does not belong to this signature' },
  'timestamp-not-trusted': { result: 'indeterminate', words: 'the timestamp does not lead to a configured root' },
} as const satisfies Record<IndeterminateReason, { result: 'indeterminate'; words: string }> &
  Record<string, { result: 'failed' | 'indeterminate'; words: string }>;

export type VerificationReason = keyof typeof REASONS;

/** `passed` without reasons, `failed` with at least one of those, else `indeterminate`. */
export function resultOf(reasons: readonly VerificationReason[]): Verification['result'] {
  if (reasons.length === 0) return 'passed';
  return reasons.some((reason) => REASONS[reason].result === 'failed') ? 'failed' : 'indeterminate';
}

/** Whether a signed file may be taken: it passed, or is indeterminate for reasons that are all in the list. Failed never passes. */
export function mayPass(verification: Verification, reasons: readonly string[]): boolean {
  if (verification.result !== 'indeterminate') return verification.result === 'passed';
  return verification.reasons.length > 0 && verification.reasons.every((reason) => reasons.includes(reason));
}
