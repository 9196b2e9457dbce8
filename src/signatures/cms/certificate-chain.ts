import { X509Certificate } from 'node:crypto';

import type { VerificationReason } from '../reasons.js';
import { isWeakScheme, schemeNamed } from './algorithms.js';
import { constraintReasons } from './certificate-constraints.js';
import { isFor, mayIssue, type CertificateUse } from './certificate-purpose.js';
import { readCertificate, withCmsErrors, type ReadCertificate } from './cms.js';
import { isTooWeak } from './key-strength.js';
import { pssParameters } from './signer-check.js';

export type ChainReason = Extract<
  VerificationReason,
  | 'chain-not-trusted'
  | 'certificate-unsuitable'
  | 'algorithm-weak'
  | 'algorithm-unsupported'
  | 'certificate-constraints-unchecked'
  | 'certificate-not-valid-at-signing-time'
>;

/** The best chain, which ends with a configured root, and its problems. `path` is empty if there is no chain. */
export interface ChainCheck {
  path: ReadCertificate[];
  reasons: ChainReason[];
}

const LONGEST_PATH = 8;
/** Links that one search follows. This limits the work on hostile sets of certificates. */
const MOST_LINKS = 200;
/** From the worst problem to the least. Of several chains, the one with the least problem counts. */
const GRAVITY: Record<ChainReason, number> = {
  'chain-not-trusted': 100_000,
  'certificate-unsuitable': 10_000,
  'algorithm-weak': 1000,
  'algorithm-unsupported': 100,
  'certificate-constraints-unchecked': 10,
  'certificate-not-valid-at-signing-time': 1,
};

/** Reads root certificates from PEM text. Throws if there is none, or a broken one. */
export function readRoots(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new Error('no certificate in PEM form');
  return blocks.map((block) => new X509Certificate(block));
}

/**
 * Looks for a chain from a certificate to one of the roots (RFC 5280, 6.1): signatures, times, purposes, path lengths, policies, names.
 * Revocation is not checked. A chain ends at any configured certificate, even one that another certificate issued. pkijs's own chain
 * engine is not used: without revocation lists it refuses every issuer that names a list, and it never ends when certificates issue
 * each other. Throws `CmsError` if an extension cannot be read.
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
  let best: ChainCheck = { path: [], reasons: ['chain-not-trusted'] };
  for (const path of pathsFrom([certificate], search)) {
    const check = { path, reasons: withCmsErrors(() => faultsOf(path, at, use)) };
    if (gravityOf(check) < gravityOf(best)) best = check;
    if (best.reasons.length === 0) break;
  }
  return best;
}

function gravityOf({ reasons }: ChainCheck): number {
  return reasons.reduce((sum, reason) => sum + GRAVITY[reason], 0);
}

interface Search {
  pool: ReadCertificate[];
  anchors: ReadCertificate[];
  links: number;
}

function* pathsFrom(path: ReadCertificate[], search: Search): Generator<ReadCertificate[]> {
  const last = path.at(-1);
  if (last === undefined) return;
  if (search.anchors.some((anchor) => anchor.isSameAs(last))) {
    yield path;
    return;
  }
  if (path.length >= LONGEST_PATH) return;
  for (const issuer of search.pool) {
    if (path.some((member) => member.isSameAs(issuer))) continue;
    search.links += 1;
    if (search.links > MOST_LINKS) return;
    if (isIssuedBy(last, issuer)) yield* pathsFrom([...path, issuer], search);
  }
}

/** Compares names and key identifiers, and checks the signature. OpenSSL does the work. */
function isIssuedBy(certificate: ReadCertificate, issuer: ReadCertificate): boolean {
  if (!certificate.x509.checkIssued(issuer.x509)) return false;
  const key = issuer.publicKey;
  return key !== undefined && certificate.x509.verify(key);
}

function faultsOf(path: ReadCertificate[], at: Date, use: CertificateUse): ChainReason[] {
  const [first, ...issuers] = path;
  if (first === undefined) return ['chain-not-trusted'];
  const suits = isFor(first, use) && issuers.every((issuer, below) => mayIssue(issuer, below, use));
  const reasons: ChainReason[] = suits ? [] : ['certificate-unsuitable'];
  for (const reason of [...strengthReasons(path), ...constraintReasons(path)]) {
    if (!reasons.includes(reason)) reasons.push(reason);
  }
  if (!path.every((member) => isValidAt(member, at))) reasons.push('certificate-not-valid-at-signing-time');
  return reasons;
}

export function isValidAt(certificate: ReadCertificate, at: Date): boolean {
  const { notBefore, notAfter } = certificate.fields();
  return notBefore.value <= at && at <= notAfter.value;
}

/** Every key of a chain and every signature must be strong, except the root's signature on itself. */
function strengthReasons(path: readonly ReadCertificate[]): ChainReason[] {
  const keys = path.map(({ publicKey }) => publicKey);
  const signatures = path.slice(0, -1).map((certificate) => certificate.fields().signatureAlgorithm);
  const schemes = signatures.map(({ algorithmId, algorithmParams }) => {
    if (schemeNamed(algorithmId)?.name !== 'RSA-PSS') return strengthOf(algorithmId);
    const given = algorithmParams as { valueBeforeDecodeView?: Uint8Array } | undefined;
    const pss = pssParameters(given?.valueBeforeDecodeView && Buffer.from(given.valueBeforeDecodeView));
    // The default is SHA-1 (RFC 4055, 3.1).
    return pss === undefined || pss.digest.weak ? 'weak' : 'strong';
  });
  if (schemes.includes('weak') || keys.some((key) => key !== undefined && isTooWeak(key))) return ['algorithm-weak'];
  return schemes.includes('unknown') || keys.includes(undefined) ? ['algorithm-unsupported'] : [];
}

function strengthOf(oid: string): 'weak' | 'strong' | 'unknown' {
  if (isWeakScheme(oid)) return 'weak';
  return schemeNamed(oid)?.digest === undefined ? 'unknown' : 'strong';
}
