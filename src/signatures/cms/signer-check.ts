import { constants, verify, type KeyObject } from 'node:crypto';

import * as asn1js from 'asn1js';
import { AlgorithmIdentifier, RSASSAPSSParams } from 'pkijs';

import { digestNamed, OID, schemeNamed } from './algorithms.js';
import {
  namesCertificate,
  publicKeyOf,
  refusing,
  signedAttribute,
  signerCertificate,
  type Cms,
  type ReadCertificate,
} from './cms.js';
import type { VerificationReason } from '../reasons.js';

/** What checking one signer of a CMS brought. `reasons` in the order of the checks. */
export interface SignerCheck {
  reasons: VerificationReason[];
  certificate?: ReadCertificate;
  digestAlgorithm?: string;
  signatureAlgorithm?: string;
  /** The signed attribute signingTime: what the signer states. */
  statedTime?: Date;
}

const SMALLEST_RSA = 2048;

/**
 * Checks a signer (RFC 5652, 5.4 to 5.6): the digest attribute against the content, the signature value over the signed attributes,
 * the certificate named in them. Not the chain. Throws `CmsError` where attributes cannot be read.
 *
 * @param digestOf Digest of the signed content, with an algorithm as `node:crypto` names it.
 * @param more Certificates beside those that the CMS brings.
 */
export async function checkSigner(
  cms: Cms,
  digestOf: (algorithm: string) => Promise<Buffer>,
  more: readonly ReadCertificate[] = [],
): Promise<SignerCheck> {
  const check: SignerCheck = { reasons: [] };
  const digest = digestNamed(cms.signer.digestAlgorithm.algorithmId);
  if (digest === undefined) check.reasons.push('algorithm-unsupported');
  else {
    check.digestAlgorithm = digest;
    if (!(await digestHolds(cms, digest, digestOf))) check.reasons.push('digest-mismatch');
  }
  const time = signedAttribute(cms, OID.signingTime);
  if (time instanceof asn1js.UTCTime || time instanceof asn1js.GeneralizedTime) check.statedTime = time.toDate();
  const certificate = signerCertificate(cms, [...cms.certificates, ...more]);
  if (certificate === undefined) {
    check.reasons.push('signer-certificate-missing');
    return check;
  }
  check.certificate = certificate;
  if (digest !== undefined) checkValue(cms, digest, publicKeyOf(certificate), check);
  if (namesCertificate(cms, certificate) === false) check.reasons.push('signing-certificate-mismatch');
  return check;
}

async function digestHolds(
  cms: Cms,
  digest: string,
  digestOf: (algorithm: string) => Promise<Buffer>,
): Promise<boolean> {
  const type = signedAttribute(cms, OID.contentType);
  const stated = signedAttribute(cms, OID.messageDigest);
  return (
    type instanceof asn1js.ObjectIdentifier &&
    type.valueBlock.toString() === cms.contentType &&
    stated instanceof asn1js.OctetString &&
    (await digestOf(digest)).equals(Buffer.from(stated.getValue()))
  );
}

function checkValue(cms: Cms, digest: string, key: KeyObject | undefined, check: SignerCheck): void {
  const { algorithmId, algorithmParams } = cms.signer.signatureAlgorithm;
  const scheme = schemeNamed(algorithmId);
  if (scheme === undefined || key === undefined || isTooWeak(key)) {
    check.reasons.push('algorithm-unsupported');
    return;
  }
  check.signatureAlgorithm = scheme.name;
  const value = Buffer.from(cms.signer.signature.getValue());
  let holds: boolean;
  switch (scheme.name) {
    case 'RSA-PSS': {
      const parameters = refusing(() => pssParameters(algorithmParams));
      if (parameters === undefined) {
        check.reasons.push('algorithm-unsupported');
        return;
      }
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      const { saltLength } = parameters;
      // The two digests are one (RFC 4056, 3); OpenSSL takes the one given also for the mask.
      holds =
        isKeyOf(key, ['rsa', 'rsa-pss']) &&
        parameters.digest === digest &&
        verify(digest, cms.signedAttributes, { key, padding, saltLength }, value);
      break;
    }
    case 'RSA PKCS#1 v1.5':
      holds =
        isKeyOf(key, ['rsa']) &&
        verify(scheme.digest ?? digest, cms.signedAttributes, { key, padding: constants.RSA_PKCS1_PADDING }, value);
      break;
    case 'ECDSA':
      holds =
        isKeyOf(key, ['ec']) &&
        verify(scheme.digest ?? digest, cms.signedAttributes, { key, dsaEncoding: 'der' }, value);
      break;
  }
  if (!holds) check.reasons.push('signature-invalid');
}

function isKeyOf(key: KeyObject, types: string[]): boolean {
  return key.asymmetricKeyType !== undefined && types.includes(key.asymmetricKeyType);
}

function isTooWeak(key: KeyObject): boolean {
  const bits = key.asymmetricKeyDetails?.modulusLength;
  return bits !== undefined && bits < SMALLEST_RSA;
}

/** Undefined where digest and mask digest differ, or one is not accepted: also the defaults, which are SHA-1 (RFC 4055, 3.1). */
function pssParameters(parameters: unknown): { digest: string; saltLength: number } | undefined {
  if (!(parameters instanceof asn1js.Sequence)) return undefined;
  const read = new RSASSAPSSParams({ schema: parameters });
  const mask = new AlgorithmIdentifier({ schema: read.maskGenAlgorithm.algorithmParams });
  const digest = digestNamed(read.hashAlgorithm.algorithmId);
  if (digest === undefined || mask.algorithmId !== read.hashAlgorithm.algorithmId) return undefined;
  return { digest, saltLength: read.saltLength };
}
