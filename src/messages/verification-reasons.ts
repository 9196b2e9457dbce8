/**
 * Why the verification of a file can be indeterminate, where a setting may let it pass all the same. What makes it failed never may,
 * nor what says that nobody looked whether the signed bytes are still the ones that were signed.
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
