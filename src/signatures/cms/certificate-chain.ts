import { X509Certificate } from 'node:crypto';

import * as asn1js from 'asn1js';
import { BasicConstraints, ExtKeyUsage, type Certificate, type Extension } from 'pkijs';

import { OID } from './algorithms.js';
import { publicKeyOf, readCertificate, refusing, type ReadCertificate } from './cms.js';
import type { VerificationReason } from '../reasons.js';

/** What the certificate at the beginning of the chain is for. */
export type CertificateUse = 'signing' | 'time-stamping';

export type ChainReason = Extract<
  VerificationReason,
  'certificate-unsuitable' | 'certificate-not-valid-at-signing-time' | 'chain-not-trusted'
>;

/** A chain that holds, ended by the configured root it leads to; or the reason of the one that came furthest. */
export type ChainCheck = { path: ReadCertificate[] } | { reason: ChainReason };

const LONGEST_PATH = 8;
/** Links looked at in one search: bounds the work on hostile sets of certificates. */
const MOST_LINKS = 200;
const HANDLED = new Set<string>([
  OID.keyUsage,
  OID.basicConstraints,
  OID.extendedKeyUsage,
  OID.subjectAlternativeName,
  OID.certificatePolicies,
]);
const KEY_USAGE = { digitalSignature: 0x80, nonRepudiation: 0x40, keyCertSign: 0x04 };

/** Root certificates from PEM text, which may hold several. Throws where it holds none or a broken one. */
export function readRoots(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new Error('no certificate in PEM form');
  return blocks.map((block) => new X509Certificate(block));
}

/**
 * Looks for a chain from a certificate to one of the roots (RFC 5280, 6.1, without name constraints and policies: a certificate that
 * makes these critical is unsuitable). Revocation is not checked. Any configured certificate is the end of a chain, also one that
 * another has issued. pkijs's own chain engine is not used: without revocation lists it refuses every issuer that names where its list
 * lies, and it does not end on certificates that issue each other. Throws `CmsError` where an extension cannot be read.
 */
export function checkChain(
  certificate: ReadCertificate,
  pool: readonly ReadCertificate[],
  roots: readonly X509Certificate[],
  at: Date,
  use: CertificateUse,
): ChainCheck {
  const anchors = roots.map((root) => readCertificate(root.raw));
  const search = { pool: [...anchors, ...pool], anchors, links: 0 };
  let failure: ChainReason = 'chain-not-trusted';
  for (const path of pathsFrom([certificate], search)) {
    const reason = refusing(() => faultOf(path, at, use));
    if (reason === undefined) return { path };
    if (failure !== 'certificate-not-valid-at-signing-time') failure = reason;
  }
  return { reason: failure };
}

interface Search {
  pool: ReadCertificate[];
  anchors: ReadCertificate[];
  links: number;
}

function* pathsFrom(path: ReadCertificate[], search: Search): Generator<ReadCertificate[]> {
  const last = path.at(-1);
  if (last === undefined) return;
  if (search.anchors.some((anchor) => isSame(anchor, last))) {
    yield path;
    return;
  }
  if (path.length >= LONGEST_PATH) return;
  for (const issuer of search.pool) {
    if (path.some((member) => isSame(member, issuer))) continue;
    search.links += 1;
    if (search.links > MOST_LINKS) return;
    if (isIssuedBy(last, issuer)) yield* pathsFrom([...path, issuer], search);
  }
}

function isSame(one: ReadCertificate, other: ReadCertificate): boolean {
  return one.x509.raw.equals(other.x509.raw);
}

/** Names, key identifiers and the signature; OpenSSL does the work. */
function isIssuedBy(certificate: ReadCertificate, issuer: ReadCertificate): boolean {
  if (!certificate.x509.checkIssued(issuer.x509)) return false;
  const key = publicKeyOf(issuer);
  return key !== undefined && certificate.x509.verify(key);
}

function faultOf(path: ReadCertificate[], at: Date, use: CertificateUse): ChainReason | undefined {
  const [first, ...issuers] = path.map(({ fields }) => fields);
  if (first === undefined || !isFor(first, use) || !issuers.every((issuer, below) => mayIssue(issuer, below))) {
    return 'certificate-unsuitable';
  }
  const valid = [first, ...issuers].every(({ notBefore, notAfter }) => notBefore.value <= at && at <= notAfter.value);
  return valid ? undefined : 'certificate-not-valid-at-signing-time';
}

function isFor(certificate: Certificate, use: CertificateUse): boolean {
  const usage = keyUsageOf(certificate);
  const signs = usage === undefined || (usage & (KEY_USAGE.digitalSignature | KEY_USAGE.nonRepudiation)) !== 0;
  if (!signs || hasUnknownCritical(certificate)) return false;
  if (use === 'signing') return true;
  const extended: unknown = extensionOf(certificate, OID.extendedKeyUsage)?.parsedValue;
  return extended instanceof ExtKeyUsage && extended.keyPurposes.includes(OID.timeStamping);
}

/** `below`: how many certificates of issuers lie between it and the first certificate. */
function mayIssue(issuer: Certificate, below: number): boolean {
  const usage = keyUsageOf(issuer);
  const constraints: unknown = extensionOf(issuer, OID.basicConstraints)?.parsedValue;
  if (!(constraints instanceof BasicConstraints) || !constraints.cA || hasUnknownCritical(issuer)) return false;
  const limit: unknown = constraints.pathLenConstraint;
  if (typeof limit === 'number' && below > limit) return false;
  return usage === undefined || (usage & KEY_USAGE.keyCertSign) !== 0;
}

function keyUsageOf(certificate: Certificate): number | undefined {
  const usage: unknown = extensionOf(certificate, OID.keyUsage)?.parsedValue;
  return usage instanceof asn1js.BitString ? usage.valueBlock.valueHexView[0] : undefined;
}

function hasUnknownCritical(certificate: Certificate): boolean {
  return certificate.extensions?.some(({ critical, extnID }) => critical && !HANDLED.has(extnID)) ?? false;
}

function extensionOf(certificate: Certificate, oid: string): Extension | undefined {
  return certificate.extensions?.find(({ extnID }) => extnID === oid);
}
