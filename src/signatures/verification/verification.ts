import { defined } from '../../messages/defined.js';
import type { Verification } from '../../messages/outcome.js';
import { readRoots } from '../cms/certificate-chain.js';
import { FileBytes } from '../pdf/file-bytes.js';
import { inspectFile, type Original, type SignedFile } from './signed-file.js';
import { verdictOf } from './verdicts.js';

/** What a signed file is checked against. Plain data, so that it can be sent to a thread. */
export interface VerificationOrder {
  /** The trusted root certificates, also for timestamps: PEM texts, each with one or more certificates. */
  roots: readonly string[];
  /** The accepted file. The signed one must begin with its bytes, and only signatures that were added to it are checked. */
  original?: Original;
  /** The time now, milliseconds since 1970. Without a timestamp, certificates must be valid now. Default: the clock of this machine. */
  now?: number;
}

/** The verdict on one file, and what was found in it. Plain data, so that it can be sent to a thread. */
export interface FileVerification {
  verification: Verification;
  /** The certificate of the newest signature, in DER. It holds personal data, so it is not among the facts. */
  signerCertificate?: Uint8Array;
  /** For `verdictsOfRequest`, which compares several files. */
  file: SignedFile;
}

/**
 * Checks the signatures that were added to a PDF. The file is read in pieces, never into memory as a whole.
 *
 * `passed` means: The newest signature covers exactly the bytes of this file. Its certificate leads to a configured root, may be used for
 * signing, and was valid at the time of a trusted timestamp or is valid now. The file begins with the accepted bytes, and only what
 * signing needs was added. Earlier signatures are intact. Neither the legal kind of the signature nor revocation is checked.
 *
 * Throws Node's errors when the file cannot be read, or when a root is not a certificate.
 */
export async function verifyPdfSignature(path: string, order: VerificationOrder): Promise<FileVerification> {
  const roots = order.roots.flatMap(readRoots);
  const file = await FileBytes.with(path, (bytes) => inspectFile(bytes, roots, order));
  const signer = file.added.at(-1);
  const der = signer?.certificate?.der;
  return { verification: verdictOf(file, signer), ...defined({ signerCertificate: der }), file };
}
