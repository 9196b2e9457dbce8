/**
 * Reasons for an indeterminate verification that a setting may let pass. Two kinds of reasons never pass: those of a failed
 * verification, and those that say that the signed bytes were not compared with the original.
 */
export const PASSABLE_REASONS = [
  'signer-not-named',
  'validation-material-appended',
  'no-roots-configured',
  'certificate-not-valid-at-signing-time',
  'certificate-constraints-unchecked',
  'content-rewritten',
  'content-added',
  'contract-rewritten',
  'contract-unreadable',
  'contract-signed-by-another',
  'other-signature-not-allowed',
  'other-signature-not-trusted',
  'signer-signed-twice',
  'earlier-signature-lost',
  'signed-attributes-missing',
  'sub-filter-unknown',
  'algorithm-unsupported',
  'timestamp-unreadable',
  'timestamp-unsupported',
  'timestamp-invalid',
  'timestamp-not-trusted',
] as const;

export type PassableReason = (typeof PASSABLE_REASONS)[number];
