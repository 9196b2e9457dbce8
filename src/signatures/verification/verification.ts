import { defined } from '../../messages/defined.js';
import type { Verification } from '../../messages/outcome.js';
import { readRoots } from '../cms/certificate-chain.js';
import { FileBytes } from '../pdf/file-bytes.js';
import { inspectFile, type Original, type SignedFile } from './signed-file.js';
import { verdictOf } from './verdicts.js';

/** What a signed file is measured against. Plain data, which may cross a thread. */
export interface VerificationOrder {
  /** The ends of trust, also for timestamps: PEM texts, which may hold several certificates. */
  roots: readonly string[];
  /** The file that was accepted: the signed one must begin with its bytes, and its signatures are left aside. Without it neither is. */
  original?: Original;
}

/** The verdict over one file, and what it rests on. Plain data, which may cross a thread. */
export interface FileVerification {
  verification: Verification;
  /** DER. Of the newest signature. Holds personal data, so it stands beside the facts. */
  signerCertificate?: Uint8Array;
  /** For judging several files together, see `judgeTogether`. */
  file: SignedFile;
}

/**
 * Checks the signatures that were added to a PDF. Reads the file in pieces, never whole.
 *
 * `passed` means: the newest signature is over exactly the bytes of this file, with a certificate that leads to a configured root, is
 * made for signing and was valid when a trusted timestamp was there, or is valid now; the file begins with what was accepted, and what
 * was added is what signing needs; signatures before the newest are intact too. It says nothing about the legal kind of the signature,
 * nor about revocation. See `REASONS` for the rest.
 *
 * Throws Node's errors where the file cannot be read, and where a root is no certificate.
 */
export async function verifyPdfSignature(path: string, order: VerificationOrder): Promise<FileVerification> {
  const roots = order.roots.flatMap(readRoots);
  const file = await FileBytes.with(path, (bytes) => inspectFile(bytes, roots, order.original));
  const signer = file.added.at(-1);
  const der = signer?.certificate?.der;
  return { verification: verdictOf(file, signer), ...defined({ signerCertificate: der }), file };
}
