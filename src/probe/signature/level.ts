import type { FileVerification } from '../../signatures/verification/verification.js';

/** The PAdES baseline level (ETSI EN 319 142-1), as far as what was appended to the accepted file shows it. */
export function levelOf({
  verification: { reasons, facts },
  file,
}: Pick<FileVerification, 'file'> & {
  verification: Pick<FileVerification['verification'], 'reasons' | 'facts'>;
}): string {
  if (file.added.length === 0) return 'not signed';
  const documentTimestamps = Number(facts['documentTimestamps'] ?? 0);
  const isStamped = facts['timestamp'] === 'present' || documentTimestamps > 0;
  const hasMaterial = reasons.includes('validation-material-appended');
  if (!hasMaterial) return isStamped ? 'B-T' : 'B-B';
  if (!isStamped) return 'B-B with validation data';
  return documentTimestamps > 0 ? 'B-LTA' : 'B-LT';
}
