import { constants, createHash, createVerify, verify, type KeyObject, type VerifyKeyObjectInput } from 'node:crypto';

import * as asn1js from 'asn1js';
import { AlgorithmIdentifier, RSASSAPSSParams } from 'pkijs';

import { defined } from '../../messages/defined.js';
import type { VerificationReason } from '../reasons.js';
import { digestNamed, isWeakScheme, OID, schemeNamed, type Digest, type SignatureScheme } from './algorithms.js';
import {
  namesCertificate,
  withCmsErrors,
  signedAttribute,
  signerCertificate,
  type Cms,
  type ReadCertificate,
} from './cms.js';
import { isTooWeak } from './key-strength.js';

/** The signed bytes, in pieces. It can be called more than once. */
export type SignedContent = () => AsyncIterable<Buffer>;

/** The result of checking one signer of a CMS. */
export interface SignerCheck {
  /** Reasons about the signed bytes come first. */
  reasons: VerificationReason[];
  certificate?: ReadCertificate;
  digestAlgorithm?: string;
  signatureAlgorithm?: string;
  /** The signed attribute signingTime, which the signer claims. */
  statedTime?: Date;
}

/**
 * Checks a signer (RFC 5652, 5.4 to 5.6): the digest attribute against the content, the signature value over the signed attributes, and
 * the certificate named in them. It does not check the chain. Weak algorithms are checked too, and give a reason. Throws `CmsError` if
 * attributes cannot be read.
 *
 * @param more Certificates beside those that the CMS brings.
 */
export async function checkSigner(
  cms: Cms,
  content: SignedContent,
  more: readonly ReadCertificate[] = [],
): Promise<SignerCheck> {
  const { signer } = cms;
  const certificate = signerCertificate(cms, [...cms.certificates, ...more]);
  const digest = digestNamed(signer.digestAlgorithm);
  const scheme = schemeOf(cms, digest);
  const time = signedAttribute(cms, OID.signingTime);
  return {
    reasons: [
      ...(await contentReasons(cms, digest, content)),
      ...(certificate === undefined ? ['signer-certificate-missing' as const] : []),
      ...(await valueReasons(cms, scheme, certificate?.publicKey, content)),
      ...(signer.signedAttributes === undefined ? ['signed-attributes-missing' as const] : []),
      ...(certificate !== undefined && namesCertificate(cms, certificate) === false
        ? ['signing-certificate-mismatch' as const]
        : []),
      ...strengthReasons(cms, digest, scheme, certificate),
    ],
    ...defined({ certificate }),
    ...defined({ digestAlgorithm: digest?.name, signatureAlgorithm: scheme?.name }),
    ...(time instanceof asn1js.UTCTime || time instanceof asn1js.GeneralizedTime ? { statedTime: time.toDate() } : {}),
  };
}

async function contentReasons(
  cms: Cms,
  digest: Digest | undefined,
  content: SignedContent,
): Promise<VerificationReason[]> {
  if (cms.signer.signedAttributes === undefined) return []; // the value is over the content itself
  if (digest === undefined) return ['integrity-not-checked'];
  const type = signedAttribute(cms, OID.contentType);
  const stated = signedAttribute(cms, OID.messageDigest);
  const holds =
    type instanceof asn1js.ObjectIdentifier &&
    type.valueBlock.toString() === cms.contentType &&
    stated instanceof asn1js.OctetString &&
    (await digestOf(content, digest.name)).equals(Buffer.from(stated.getValue()));
  return holds ? [] : ['digest-mismatch'];
}

export async function digestOf(content: SignedContent, algorithm: string): Promise<Buffer> {
  const hash = createHash(algorithm);
  for await (const piece of content()) hash.update(piece);
  return hash.digest();
}

/** A signature scheme with everything that its check needs. */
interface CheckableScheme {
  name: SignatureScheme['name'];
  digest: Digest;
  types: string[];
  options: Omit<VerifyKeyObjectInput, 'key'>;
}

const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING } = constants;

function schemeOf({ signer }: Cms, stated: Digest | undefined): CheckableScheme | undefined {
  const { oid, parameters } = signer.signatureAlgorithm;
  const scheme = schemeNamed(oid);
  if (scheme?.name === 'RSA-PSS') {
    const pss = withCmsErrors(() => pssParameters(parameters));
    if (pss === undefined) return undefined;
    const options = { padding: RSA_PKCS1_PSS_PADDING, saltLength: pss.saltLength };
    return { name: scheme.name, digest: pss.digest, types: ['rsa', 'rsa-pss'], options };
  }
  const digest = scheme?.digest ?? stated;
  if (scheme === undefined || digest === undefined) return undefined;
  switch (scheme.name) {
    case 'RSA PKCS#1 v1.5':
      return { name: scheme.name, digest, types: ['rsa'], options: { padding: RSA_PKCS1_PADDING } };
    case 'ECDSA':
      return { name: scheme.name, digest, types: ['ec'], options: { dsaEncoding: 'der' } };
    case 'EdDSA':
      return { name: scheme.name, digest, types: ['ed25519'], options: {} };
  }
}

async function valueReasons(
  { signer }: Cms,
  scheme: CheckableScheme | undefined,
  key: KeyObject | undefined,
  content: SignedContent,
): Promise<VerificationReason[]> {
  if (scheme === undefined || key === undefined) return ['integrity-not-checked'];
  if (!scheme.types.includes(key.asymmetricKeyType ?? '')) return ['signature-invalid'];
  const { digest, options } = scheme;
  if (scheme.name === 'EdDSA') {
    if (signer.signedAttributes === undefined) return ['integrity-not-checked']; // it would need the content in one piece
    return verify(null, signer.signedAttributes, key, signer.value) ? [] : ['signature-invalid'];
  }
  const check = createVerify(digest.name);
  if (signer.signedAttributes !== undefined) check.update(signer.signedAttributes);
  else for await (const piece of content()) check.update(piece);
  return check.verify({ key, ...options }, signer.value) ? [] : ['signature-invalid'];
}

function strengthReasons(
  { signer }: Cms,
  digest: Digest | undefined,
  scheme: CheckableScheme | undefined,
  certificate: ReadCertificate | undefined,
): VerificationReason[] {
  const key = certificate?.publicKey;
  const { oid } = signer.signatureAlgorithm;
  if (digest?.weak || scheme?.digest.weak || isWeakScheme(oid) || (key !== undefined && isTooWeak(key))) {
    return ['algorithm-weak'];
  }
  const unknown = digest === undefined || scheme === undefined || (certificate !== undefined && key === undefined);
  return unknown ? ['algorithm-unsupported'] : [];
}

/** Undefined if the digests for content and mask differ (OpenSSL uses one for both), or one is unknown. The defaults are SHA-1. */
export function pssParameters(parameters: Buffer | undefined): { digest: Digest; saltLength: number } | undefined {
  const schema = parameters === undefined ? undefined : asn1js.fromBER(parameters).result;
  if (!(schema instanceof asn1js.Sequence)) return undefined;
  const read = new RSASSAPSSParams({ schema });
  const mask = new AlgorithmIdentifier({ schema: read.maskGenAlgorithm.algorithmParams });
  const digest = digestNamed(read.hashAlgorithm.algorithmId);
  if (digest === undefined || mask.algorithmId !== read.hashAlgorithm.algorithmId) return undefined;
  return { digest, saltLength: read.saltLength };
}
