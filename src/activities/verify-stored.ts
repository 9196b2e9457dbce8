import type { ArchiveFile, FileDigest } from '../archive/archive.js';
import { withLocalCopy } from '../archive/local-copy.js';
import type { RequestKey } from '../messages/request.js';
import type { Verified } from '../signatures/verification/verifier.js';
import type { VerificationOrder } from '../signatures/verification/verification.js';
import type { Dependencies } from './dependencies.js';

/** Verifies a file as it lies in the archive, off the main thread. What is judged is what was stored, and nothing else. */
export function verifyStored(
  { archive, verify }: Pick<Dependencies, 'archive' | 'verify'>,
  key: RequestKey,
  file: ArchiveFile,
  stored: FileDigest,
  order: VerificationOrder,
): Promise<Verified> {
  return withLocalCopy(archive, key, file, stored, (path) => verify(path, order));
}
