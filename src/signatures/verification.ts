import type { X509Certificate } from 'node:crypto';

import type { Verification } from '../messages/outcome.js';
import { OID } from './cms/algorithms.js';
import { checkChain, readRoots } from './cms/certificate-chain.js';
import { CmsError, readCms, type Cms } from './cms/cms.js';
import { FileBytes } from './pdf/file-bytes.js';
import { resultOf, type VerificationReason } from './reasons.js';
import {
  digestOf,
  readContents,
  scanSignatures,
  type PdfSignature,
  type SignatureScan,
} from './pdf/signature-dictionary.js';
import { checkSigner, type SignerCheck } from './cms/signer-check.js';
import { checkDocumentTimestamp, checkTimestamp, type TimestampCheck } from './cms/timestamp.js';
import { isValidationMaterial } from './validation-material.js';

/** An end of trust, also for timestamps: PEM text, which may hold several certificates, or a parsed one. */
export type Root = string | X509Certificate;

/** What a signed file is measured against. */
export interface VerificationOrder {
  roots: readonly Root[];
  /** The file that was to be signed: the signed one must begin with its bytes. Without it this is not checked. Size in bytes. */
  original?: { sha256: string; size: number };
}

const SUB_FILTERS = new Set(['ETSI.CAdES.detached', 'adbe.pkcs7.detached']);

/**
 * Checks the newest signature of a PDF. Reads the file in pieces, never whole.
 *
 * `passed` means: one signer signed exactly the bytes of this file, with a certificate that leads to a configured root and was valid
 * then, and the file begins with what was uploaded. It says nothing about the legal kind of the signature, about revocation, or about
 * what the signed revision itself adds to the page. Earlier signatures are counted, not checked. See `REASONS` for the rest.
 *
 * Throws Node's errors where the file cannot be read, and where a root is no certificate.
 */
export async function verifyPdfSignature(path: string, order: VerificationOrder): Promise<Verification> {
  const roots = order.roots.flatMap((root) => (typeof root === 'string' ? readRoots(root) : [root]));
  return FileBytes.with(path, async (file) => {
    const scan = await scanSignatures(file, order.original?.size);
    const signatures = scan.signatures.filter(({ kind }) => kind === 'signature');
    const newest = newestOf(signatures);
    const facts: Record<string, string> = {
      signatures: String(signatures.length),
      documentTimestamps: String(scan.signatures.length - signatures.length),
      revocation: 'not-checked',
    };
    if (newest === undefined)
      return verification([scan.malformed > 0 ? 'byte-range-malformed' : 'no-signature'], facts);
    facts.earlierSignatures = String(signatures.length - 1);
    facts.subFilter = newest.subFilter;
    const reasons = [
      ...(await coverageReasons(file, scan, newest, roots)),
      ...contentReasons(scan, newest, order.original),
    ];
    reasons.push(...(await signatureReasons(file, newest, roots, facts)));
    return verification(reasons, facts);
  });
}

function verification(reasons: VerificationReason[], facts: Record<string, string>): Verification {
  const once = [...new Set(reasons)];
  return { result: resultOf(once), reasons: once, facts };
}

/** The one that covers most of the file: later bytes cannot have been there when an earlier one was made. */
function newestOf(signatures: readonly PdfSignature[]): PdfSignature | undefined {
  return signatures.reduce<PdfSignature | undefined>(
    (newest, signature) => (newest === undefined || signature.end >= newest.end ? signature : newest),
    undefined,
  );
}

async function coverageReasons(
  file: FileBytes,
  scan: SignatureScan,
  newest: PdfSignature,
  roots: readonly X509Certificate[],
): Promise<VerificationReason[]> {
  if (newest.end === file.size) return [];
  if (scan.malformed > 0) return ['byte-range-malformed', 'byte-range-not-whole-file'];
  const later = scan.signatures.filter(({ kind, end }) => kind === 'document-timestamp' && end > newest.end);
  const checked = new Set(later.map(({ gap }) => gap.start));
  if (!(await isValidationMaterial(file, newest.end, checked))) return ['byte-range-not-whole-file'];
  const reasons: VerificationReason[] = ['validation-material-appended'];
  for (const timestamp of later) reasons.push(...(await documentTimestampReasons(file, timestamp, roots)));
  return reasons;
}

async function documentTimestampReasons(
  file: FileBytes,
  timestamp: PdfSignature,
  roots: readonly X509Certificate[],
): Promise<VerificationReason[]> {
  const contents = await readContents(file, timestamp);
  if (contents === undefined) return ['timestamp-unreadable'];
  const check = await checkDocumentTimestamp(contents, (algorithm) => digestOf(file, timestamp, algorithm), roots);
  return check.present ? check.reasons : [];
}

function contentReasons(
  scan: SignatureScan,
  newest: PdfSignature,
  original: VerificationOrder['original'],
): VerificationReason[] {
  if (original === undefined) return [];
  if (scan.prefixSha256 !== original.sha256.toLowerCase()) return ['content-rewritten'];
  return newest.gap.start < original.size ? ['no-new-signature'] : [];
}

async function signatureReasons(
  file: FileBytes,
  signature: PdfSignature,
  roots: readonly X509Certificate[],
  facts: Record<string, string>,
): Promise<VerificationReason[]> {
  if (!SUB_FILTERS.has(signature.subFilter)) return ['algorithm-unsupported'];
  const contents = await readContents(file, signature);
  if (contents === undefined) return ['byte-range-malformed'];
  try {
    const cms = readCms(contents);
    if (cms.content !== undefined || cms.contentType !== OID.data) return ['cms-unreadable'];
    const signer = await checkSigner(cms, (algorithm) => digestOf(file, signature, algorithm));
    const timestamp = await checkTimestamp(cms, roots);
    const time = signingTime(signature, signer, timestamp);
    noteFacts(facts, signer, timestamp, time);
    return [
      ...signer.reasons,
      ...(timestamp.present ? timestamp.reasons : []),
      ...chainReasons(cms, signer, roots, time.at ?? new Date(), facts),
    ];
  } catch (error) {
    if (error instanceof CmsError) return ['cms-unreadable'];
    throw error;
  }
}

interface SigningTime {
  at?: Date;
  source: 'timestamp' | 'signed-attribute' | 'dictionary' | 'none';
}

/** The timestamp proves it; the signed attribute and `/M` (which PAdES uses instead) are the signer's word. */
function signingTime(signature: PdfSignature, signer: SignerCheck, timestamp: TimestampCheck): SigningTime {
  if (timestamp.present && timestamp.time !== undefined) return { at: timestamp.time, source: 'timestamp' };
  if (signer.statedTime !== undefined) return { at: signer.statedTime, source: 'signed-attribute' };
  if (signature.statedTime !== undefined) return { at: signature.statedTime, source: 'dictionary' };
  return { source: 'none' };
}

function noteFacts(
  facts: Record<string, string>,
  signer: SignerCheck,
  timestamp: TimestampCheck,
  time: SigningTime,
): void {
  if (signer.digestAlgorithm !== undefined) facts.digestAlgorithm = signer.digestAlgorithm;
  if (signer.signatureAlgorithm !== undefined) facts.signatureAlgorithm = signer.signatureAlgorithm;
  facts.timestamp = timestamp.present ? 'present' : 'absent';
  facts.signingTimeSource = time.source;
  if (time.at !== undefined) facts.signingTime = time.at.toISOString();
  if (signer.certificate === undefined) return;
  facts.signerSerialNumber = signer.certificate.x509.serialNumber;
  facts.signerCertificateSha256 = fingerprint(signer.certificate.x509);
}

function chainReasons(
  cms: Cms,
  signer: SignerCheck,
  roots: readonly X509Certificate[],
  at: Date,
  facts: Record<string, string>,
): VerificationReason[] {
  if (signer.certificate === undefined) return [];
  if (roots.length === 0) return ['no-roots-configured'];
  const chain = checkChain(signer.certificate, cms.certificates, roots, at, 'signing');
  if ('reason' in chain) return [chain.reason];
  const root = chain.path.at(-1);
  if (root !== undefined) facts.rootCertificateSha256 = fingerprint(root.x509);
  return [];
}

function fingerprint(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase();
}
