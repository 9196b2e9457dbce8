import { createHash, type X509Certificate } from 'node:crypto';

import { TSTInfo } from 'pkijs';

import { digestNamed, OID } from './algorithms.js';
import { checkChain } from './certificate-chain.js';
import { CmsError, readCms, refusing, unsignedAttribute, type Cms } from './cms.js';
import type { VerificationReason } from './reasons.js';
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
  try {
    const value = unsignedAttribute(cms, OID.timestampToken);
    if (value === undefined) return { present: false };
    const token = readCms(Buffer.from(value.valueBeforeDecodeView));
    return { present: true, ...(await checkToken(token, cms, roots)) };
  } catch (error) {
    if (error instanceof CmsError) return { present: true, reasons: ['timestamp-unreadable'] };
    throw error;
  }
}

async function checkToken(
  token: Cms,
  cms: Cms,
  roots: readonly X509Certificate[],
): Promise<{ time?: Date; reasons: TimestampReason[] }> {
  const { content } = token;
  if (content === undefined || token.contentType !== OID.timestampInfo) return { reasons: ['timestamp-unreadable'] };
  const info = refusing(() => TSTInfo.fromBER(content));
  const imprint = digestNamed(info.messageImprint.hashAlgorithm.algorithmId);
  if (imprint === undefined) return { reasons: ['algorithm-unsupported'] };
  const stamped = createHash(imprint).update(Buffer.from(cms.signer.signature.getValue())).digest();
  const signer = await checkSigner(
    token,
    (algorithm) => Promise.resolve(createHash(algorithm).update(content).digest()),
    cms.certificates,
  );
  const holds =
    stamped.equals(Buffer.from(info.messageImprint.hashedMessage.getValue())) && signer.reasons.length === 0;
  if (!holds || signer.certificate === undefined) return { reasons: ['timestamp-invalid'] };
  if (roots.length === 0) return { reasons: ['no-roots-configured'] };
  const pool = [...token.certificates, ...cms.certificates];
  const chain = checkChain(signer.certificate, pool, roots, info.genTime, 'time-stamping');
  return 'path' in chain ? { time: info.genTime, reasons: [] } : { reasons: ['timestamp-not-trusted'] };
}
