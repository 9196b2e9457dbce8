import { createHash, type X509Certificate } from 'node:crypto';

import { TSTInfo } from 'pkijs';

import { digestNamed, OID } from './algorithms.js';
import { checkChain } from './certificate-chain.js';
import { CmsError, readCms, refusing, unsignedAttribute, type Cms, type ReadCertificate } from './cms.js';
import type { VerificationReason } from '../reasons.js';
import { checkSigner } from './signer-check.js';

/** A timestamp over the signature value (RFC 3161). `time` only where it holds and its authority leads to a root. */
export type TimestampCheck = { present: false } | { present: true; time?: Date; reasons: TimestampReason[] };

export type TimestampReason = Extract<
  VerificationReason,
  | 'timestamp-unreadable'
  | 'timestamp-invalid'
  | 'timestamp-not-trusted'
  | 'no-roots-configured'
  | 'algorithm-unsupported'
>;

/** Checks the timestamp token that a signature carries in its unsigned attributes. */
export async function checkTimestamp(cms: Cms, roots: readonly X509Certificate[]): Promise<TimestampCheck> {
  return reading(async () => {
    const value = unsignedAttribute(cms, OID.timestampToken);
    if (value === undefined) return { present: false };
    const token = readCms(Buffer.from(value.valueBeforeDecodeView));
    const stamped = Buffer.from(cms.signer.signature.getValue());
    const digestOf = (algorithm: string) => Promise.resolve(createHash(algorithm).update(stamped).digest());
    return { present: true, ...(await checkToken(token, digestOf, cms.certificates, roots)) };
  });
}

/**
 * Checks a token that stamps a whole document.
 *
 * @param digestOf digest of what it must be over, with an algorithm as `node:crypto` names it
 */
export async function checkDocumentTimestamp(
  contents: Buffer,
  digestOf: (algorithm: string) => Promise<Buffer>,
  roots: readonly X509Certificate[],
): Promise<TimestampCheck> {
  return reading(async () => ({ present: true, ...(await checkToken(readCms(contents), digestOf, [], roots)) }));
}

async function reading(check: () => Promise<TimestampCheck>): Promise<TimestampCheck> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof CmsError) return { present: true, reasons: ['timestamp-unreadable'] };
    throw error;
  }
}

async function checkToken(
  token: Cms,
  digestOf: (algorithm: string) => Promise<Buffer>,
  more: readonly ReadCertificate[],
  roots: readonly X509Certificate[],
): Promise<{ time?: Date; reasons: TimestampReason[] }> {
  const { content } = token;
  if (content === undefined || token.contentType !== OID.timestampInfo) return { reasons: ['timestamp-unreadable'] };
  const info = refusing(() => TSTInfo.fromBER(content));
  const imprint = digestNamed(info.messageImprint.hashAlgorithm.algorithmId);
  if (imprint === undefined) return { reasons: ['algorithm-unsupported'] };
  const signer = await checkSigner(
    token,
    (algorithm) => Promise.resolve(createHash(algorithm).update(content).digest()),
    more,
  );
  const stamped = Buffer.from(info.messageImprint.hashedMessage.getValue());
  const holds = (await digestOf(imprint)).equals(stamped) && signer.reasons.length === 0;
  if (!holds || signer.certificate === undefined) return { reasons: ['timestamp-invalid'] };
  if (roots.length === 0) return { reasons: ['no-roots-configured'] };
  const chain = checkChain(signer.certificate, [...token.certificates, ...more], roots, info.genTime, 'time-stamping');
  return 'path' in chain ? { time: info.genTime, reasons: [] } : { reasons: ['timestamp-not-trusted'] };
}
