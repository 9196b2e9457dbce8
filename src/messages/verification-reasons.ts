/** Why the verification of a file can be indeterminate. Settings may let some of these pass; what makes it failed never may. */
export const INDETERMINATE_REASONS = [
  'signer-not-named',
  'validation-material-appended',
  'no-roots-configured',
  'certificate-not-valid-at-signing-time',
  'content-rewritten',
  'contract-rewritten',
  'algorithm-unsupported',
  'timestamp-unreadable',
  'timestamp-invalid',
  'timestamp-not-trusted',
] as const;

export type IndeterminateReason = (typeof INDETERMINATE_REASONS)[number];
