/**
 * Reasons for an indeterminate verification that a setting may let pass. A reason that makes it failed never passes. Nor does one
 * that says that the signed bytes were not compared with what was signed.
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
