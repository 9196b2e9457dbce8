import type { X509Certificate } from 'node:crypto';

import { defined } from '../../messages/defined.js';
import { OID } from '../cms/algorithms.js';
import { checkChain } from '../cms/certificate-chain.js';
import { CmsError, readCms, withCmsErrors, type Cms, type ReadCertificate } from '../cms/cms.js';
import { claimsOf, type CertificateClaims } from '../cms/qc-statements.js';
import { checkSigner, digestOf, type SignedContent, type SignerCheck } from '../cms/signer-check.js';
import { checkTimestamp, checkTimestamps, type TimestampCheck } from '../cms/timestamp.js';
import type { FileBytes } from '../pdf/file-bytes.js';
import type { PdfSignature, SignedRange } from '../pdf/signatures.js';
import { readContents } from '../pdf/signed-bytes.js';
import type { VerificationReason } from '../reasons.js';

/** What was found out about one signature. Plain data, so that it can be sent to a thread. */
export interface SignatureVerdict {
  reasons: VerificationReason[];
  /** Algorithms, times and fingerprints, for the evidence; no personal data. */
  facts: Record<string, string>;
  /** The signer's certificate: DER, SHA-256, and its statements about itself. Absent if the signature contains none. */
  certificate?: { der: Uint8Array; fingerprint: string; claims?: CertificateClaims };
  /** The earliest time at which a trusted timestamp proves that it existed. Milliseconds since 1970. */
  provenAt?: number;
}

/** The trusted roots, the times that later document timestamps prove, and the time now. */
export interface SignatureOrder {
  roots: readonly X509Certificate[];
  provenBy: readonly Date[];
  now: Date;
}

const DETACHED = new Set(['ETSI.CAdES.detached', 'adbe.pkcs7.detached']);
/** The CMS has the SHA-1 digest of the document as its content (ISO 32000-1, 12.8.3.3). */
const OVER_SHA1 = 'adbe.pkcs7.sha1';
/** No CMS: a bare RSA value over the SHA-1 digest (ISO 32000-1, 12.8.3.2). */
const BARE_RSA = 'adbe.x509.rsa_sha1';

/** Checks a signature: the signed content, the signer, the timestamps, and the chain at the proven time or now. */
export async function checkSignature(
  file: FileBytes,
  { range, subFilter, statedTime }: PdfSignature,
  order: SignatureOrder,
): Promise<SignatureVerdict> {
  const facts = { subFilter };
  if (range === undefined) return { reasons: ['byte-range-malformed'], facts };
  if (subFilter === BARE_RSA) return { reasons: ['integrity-not-checked', 'algorithm-weak'], facts };
  const contents = await readContents(file, range);
  if (contents === undefined) return { reasons: ['byte-range-malformed'], facts };
  try {
    const cms = readCms(contents);
    const signer = await checkContent(cms, subFilter, contentOf(file, range));
    const timestamps = await checkTimestamps(cms, order.roots);
    return verdictOf(cms, { signer, timestamps, subFilter, statedTime }, order);
  } catch (error) {
    if (error instanceof CmsError) return { reasons: ['cms-unreadable'], facts };
    throw error;
  }
}

/** Checks a document timestamp: the stamped content, its signature, and the chain of its authority. */
export async function checkDocumentTimestamp(
  file: FileBytes,
  { range }: PdfSignature,
  roots: readonly X509Certificate[],
): Promise<TimestampCheck> {
  const contents = range && (await readContents(file, range));
  if (range === undefined || contents === undefined) return { reasons: ['timestamp-unreadable'] };
  return checkTimestamp(contents, contentOf(file, range), roots);
}

/** The bytes that a signature covers. */
function contentOf(file: FileBytes, { gap, end }: SignedRange): SignedContent {
  return async function* () {
    for await (const { piece } of file.pieces(0, gap.start)) yield piece;
    for await (const { piece } of file.pieces(gap.end, end)) yield piece;
  };
}

async function checkContent(cms: Cms, subFilter: string, signed: SignedContent): Promise<SignerCheck> {
  const { content } = cms;
  if (cms.contentType !== OID.data || (content !== undefined) !== (subFilter === OVER_SHA1)) {
    throw new CmsError('the content is in an unexpected place');
  }
  if (content === undefined) {
    const check = await checkSigner(cms, signed);
    return DETACHED.has(subFilter) ? check : withReasons(check, ['sub-filter-unknown']);
  }
  const check = await checkSigner(cms, async function* () {
    yield content;
  });
  const isOfThese = (await digestOf(signed, 'sha1')).equals(content);
  return withReasons(check, isOfThese ? ['algorithm-weak'] : ['digest-mismatch', 'algorithm-weak']);
}

function withReasons(check: SignerCheck, more: VerificationReason[]): SignerCheck {
  return { ...check, reasons: [...check.reasons, ...more] };
}

interface Checked {
  signer: SignerCheck;
  timestamps: TimestampCheck[];
  subFilter: string;
  statedTime: Date | undefined;
}

function verdictOf(cms: Cms, checked: Checked, { roots, provenBy, now }: SignatureOrder): SignatureVerdict {
  const { signer, timestamps } = checked;
  const { certificate } = signer;
  const own = timestamps.flatMap(({ time }) => time ?? []);
  const proven = [...own, ...provenBy].toSorted((one, other) => one.getTime() - other.getTime())[0];
  const facts = factsOf(checked, proven);
  // Anybody can add another timestamp. A bad one does not spoil a good one.
  const reasons = [...signer.reasons, ...(own.length > 0 ? [] : timestamps.flatMap((timestamp) => timestamp.reasons))];
  if (certificate === undefined) return { reasons, facts };
  reasons.push(...chainReasons(cms, certificate, roots, proven ?? now, facts));
  const claims = readableClaims(certificate);
  if (claims !== undefined) noteClaims(facts, claims);
  return {
    reasons,
    facts,
    certificate: { der: certificate.x509.raw, fingerprint: certificate.fingerprint, ...(claims ? { claims } : {}) },
    ...defined({ provenAt: proven?.getTime() }),
  };
}

/** Only a timestamp proves a time. The signed attribute and `/M` (which PAdES uses) are the signer's claims, so they are only facts. */
function factsOf({ signer, timestamps, subFilter, statedTime }: Checked, proven: Date | undefined) {
  const [time, source] =
    proven !== undefined
      ? [proven, 'timestamp']
      : signer.statedTime !== undefined
        ? [signer.statedTime, 'signed-attribute']
        : [statedTime, statedTime === undefined ? 'none' : 'dictionary'];
  const { certificate } = signer;
  const facts: Record<string, string> = {
    subFilter,
    ...defined({ digestAlgorithm: signer.digestAlgorithm, signatureAlgorithm: signer.signatureAlgorithm }),
    timestamp: timestamps.length > 0 ? 'present' : 'absent',
    signingTimeSource: source,
  };
  if (time !== undefined && !Number.isNaN(time.getTime())) facts['signingTime'] = time.toISOString();
  if (certificate === undefined) return facts;
  facts['signerSerialNumber'] = certificate.x509.serialNumber;
  facts['signerCertificateSha256'] = certificate.fingerprint;
  return facts;
}

function chainReasons(
  cms: Cms,
  certificate: ReadCertificate,
  roots: readonly X509Certificate[],
  at: Date,
  facts: Record<string, string>,
): VerificationReason[] {
  if (roots.length === 0) return ['no-roots-configured'];
  const { path, reasons } = checkChain(certificate, cms.certificates, roots, at, 'signing');
  const root = path.at(-1);
  if (root !== undefined) facts['rootCertificateSha256'] = root.fingerprint;
  return reasons;
}

/** Statements that cannot be read are ignored here. If their extension is critical, the chain check refuses it. */
function readableClaims(certificate: ReadCertificate): CertificateClaims | undefined {
  try {
    return withCmsErrors(() => claimsOf(certificate));
  } catch (error) {
    if (error instanceof CmsError) return undefined;
    throw error;
  }
}

function noteClaims(facts: Record<string, string>, { compliance, sscd, types, levels }: CertificateClaims): void {
  facts['qcCompliance'] = compliance ? 'stated' : 'not-stated';
  facts['qcSscd'] = sscd ? 'stated' : 'not-stated';
  if (types.length > 0) facts['qcType'] = types.join(' ');
  if (levels.length > 0) facts['certificateLevel'] = levels.join(' ');
}
