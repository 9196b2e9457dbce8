import type { X509Certificate } from 'node:crypto';

import { TSTInfo } from 'pkijs';

import type { VerificationReason } from '../reasons.js';
import { digestNamed, OID } from './algorithms.js';
import { checkChain } from './certificate-chain.js';
import { CmsError, readCms, withCmsErrors, type Cms, type ReadCertificate } from './cms.js';
import { checkSigner, digestOf, type SignedContent } from './signer-check.js';

/** A timestamp (RFC 3161). It has a `time` only if it holds and its authority leads to a root: only then is the time proven. */
export interface TimestampCheck {
  time?: Date;
  reasons: TimestampReason[];
}

export type TimestampReason = Extract<
  VerificationReason,
  | 'timestamp-unreadable'
  | 'timestamp-unsupported'
  | 'timestamp-invalid'
  | 'timestamp-not-trusted'
  | 'no-roots-configured'
>;

/** No real signature has more. This limits the work on hostile files. */
const MOST_TIMESTAMPS = 20;

/** Checks the timestamp tokens in the unsigned attributes of a signature. They cover its value. */
export async function checkTimestamps(cms: Cms, roots: readonly X509Certificate[]): Promise<TimestampCheck[]> {
  const tokens = (cms.signer.unsigned.get(OID.timestampToken) ?? []).slice(0, MOST_TIMESTAMPS);
  const stamped = piecesOf(cms.signer.value);
  return Promise.all(tokens.map((token) => checkTimestamp(token, stamped, roots, cms.certificates)));
}

/**
 * Checks one token: that it covers these bytes, its own signature, and the chain of its authority at the stated time.
 *
 * @param more certificates beside those that the token brings
 */
export async function checkTimestamp(
  token: Buffer,
  stamped: SignedContent,
  roots: readonly X509Certificate[],
  more: readonly ReadCertificate[] = [],
): Promise<TimestampCheck> {
  try {
    return await checkToken(readCms(token), stamped, roots, more);
  } catch (error) {
    if (error instanceof CmsError) return { reasons: ['timestamp-unreadable'] };
    throw error;
  }
}

async function checkToken(
  token: Cms,
  stamped: SignedContent,
  roots: readonly X509Certificate[],
  more: readonly ReadCertificate[],
): Promise<TimestampCheck> {
  const { content } = token;
  if (content === undefined || token.contentType !== OID.timestampInfo) return { reasons: ['timestamp-unreadable'] };
  const info = withCmsErrors(() => TSTInfo.fromBER(content));
  const imprint = digestNamed(info.messageImprint.hashAlgorithm.algorithmId);
  const signer = await checkSigner(token, piecesOf(content), more);
  const stated = Buffer.from(info.messageImprint.hashedMessage.getValue());
  const isOfThese = imprint === undefined || (await digestOf(stamped, imprint.name)).equals(stated);
  const { reasons, certificate } = signer;
  const broken = ['digest-mismatch', 'signature-invalid', 'signing-certificate-mismatch', 'signed-attributes-missing'];
  if (!isOfThese || reasons.some((reason) => broken.includes(reason))) return { reasons: ['timestamp-invalid'] };
  if (imprint === undefined || imprint.weak || reasons.some((reason) => reason.startsWith('algorithm-'))) {
    return { reasons: ['timestamp-unsupported'] };
  }
  if (certificate === undefined) return { reasons: ['timestamp-not-trusted'] };
  if (roots.length === 0) return { reasons: ['no-roots-configured'] };
  const chain = checkChain(certificate, [...token.certificates, ...more], roots, info.genTime, 'time-stamping');
  if (chain.reasons.length === 0) return { time: info.genTime, reasons: [] };
  const onlyWeak = chain.reasons.every((reason) => reason.startsWith('algorithm-'));
  return { reasons: [onlyWeak ? 'timestamp-unsupported' : 'timestamp-not-trusted'] };
}

function piecesOf(bytes: Buffer): SignedContent {
  return async function* () {
    yield bytes;
  };
}
