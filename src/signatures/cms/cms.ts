import { createHash, X509Certificate, type KeyObject } from 'node:crypto';

import * as asn1js from 'asn1js';
import { Certificate, ContentInfo, IssuerAndSerialNumber, SignedData, type Attribute, type SignerInfo } from 'pkijs';

import { digestNamed, OID } from './algorithms.js';
import { lengthOfElement } from './der-nesting.js';

/** The bytes are not the CMS we look for: DER, SignedData, one signer with signed attributes. */
export class CmsError extends Error {
  override readonly name = 'CmsError';
}

/** A certificate in the two forms we need: `node:crypto` for keys and signatures, pkijs for its fields. */
export interface ReadCertificate {
  x509: X509Certificate;
  fields: Certificate;
}

/** A SignedData (RFC 5652) with exactly one signer. */
export interface Cms {
  contentType: string;
  /** Absent: the content is detached. */
  content?: Buffer;
  certificates: ReadCertificate[];
  signer: SignerInfo;
  /** DER of the SET OF signed attributes: what the signature value is over. */
  signedAttributes: Buffer;
}

/** Throws `CmsError`. Zeros after the CMS are the padding of `/Contents`; other bytes there are refused. */
export function readCms(bytes: Buffer): Cms {
  return refusing(() => {
    const length = lengthOfElement(bytes);
    if (length === undefined) throw new CmsError('not DER');
    const asn1 = asn1js.fromBER(bytes.subarray(0, length));
    if (asn1.offset < 0) throw new CmsError(asn1.result.error);
    if (!bytes.subarray(length).every((byte) => byte === 0)) throw new CmsError('bytes after the CMS');
    const info = new ContentInfo({ schema: asn1.result });
    if (info.contentType !== OID.signedData) throw new CmsError('not a SignedData');
    const certificates = certificatesIn(info.content);
    return toCms(new SignedData({ schema: info.content }), certificates);
  });
}

/** asn1js and pkijs throw plain errors on bytes they do not understand, and a RangeError on hostile nesting: here a `CmsError`. */
export function refusing<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof CmsError ? error : new CmsError('a part of the CMS cannot be read', { cause: error });
  }
}

function toCms(data: SignedData, certificates: ReadCertificate[]): Cms {
  const [signer, another] = data.signerInfos;
  if (signer === undefined || another !== undefined) throw new CmsError('not exactly one signer');
  if (signer.signedAttrs === undefined) throw new CmsError('no signed attributes');
  const content = data.encapContentInfo.eContent;
  return {
    contentType: data.encapContentInfo.eContentType,
    ...(content === undefined ? {} : { content: Buffer.from(content.getValue()) }),
    certificates,
    signer,
    signedAttributes: Buffer.from(signer.signedAttrs.encodedValue),
  };
}

/** The bytes as they came: encoding them anew could change a fingerprint. */
function certificatesIn(signedData: unknown): ReadCertificate[] {
  if (!(signedData instanceof asn1js.Sequence)) throw new CmsError('not a SignedData');
  const set = signedData.valueBlock.value.find((item) => item.idBlock.tagClass === 3 && item.idBlock.tagNumber === 0);
  if (!(set instanceof asn1js.Constructed)) return [];
  // Other kinds of certificate in the set (attribute certificates) carry context tags.
  const plain = set.valueBlock.value.filter((item) => item instanceof asn1js.Sequence);
  return plain.map((item) => readCertificate(Buffer.from(item.valueBeforeDecodeView)));
}

/** The key; undefined where OpenSSL does not know its kind. */
export function publicKeyOf(certificate: ReadCertificate): KeyObject | undefined {
  try {
    return certificate.x509.publicKey;
  } catch {
    return undefined;
  }
}

/** From DER. Throws where it is no certificate. */
export function readCertificate(der: Buffer): ReadCertificate {
  return { x509: new X509Certificate(der), fields: Certificate.fromBER(der) };
}

/** The single value of a signed attribute; undefined where there is none. Throws `CmsError` where there are several. */
export function signedAttribute(cms: Cms, oid: string): asn1js.AsnType | undefined {
  return onlyValue(cms.signer.signedAttrs?.attributes ?? [], oid);
}

/** The same for an unsigned attribute. */
export function unsignedAttribute(cms: Cms, oid: string): asn1js.AsnType | undefined {
  return onlyValue(cms.signer.unsignedAttrs?.attributes ?? [], oid);
}

function onlyValue(attributes: Attribute[], oid: string): asn1js.AsnType | undefined {
  const found = attributes.filter((attribute) => attribute.type === oid);
  const values: unknown[] = found.flatMap((attribute) => [...attribute.values]);
  if (found.length === 0) return undefined;
  const [value, another] = values;
  if (!(value instanceof asn1js.BaseBlock) || another !== undefined)
    throw new CmsError('an attribute has not exactly one value');
  return value;
}

/** The certificate that the signer identifier names, among those given. */
export function signerCertificate(cms: Cms, certificates: readonly ReadCertificate[]): ReadCertificate | undefined {
  const sid: unknown = cms.signer.sid;
  return certificates.find(({ fields }) => {
    if (sid instanceof IssuerAndSerialNumber) {
      return fields.serialNumber.isEqual(sid.serialNumber) && fields.issuer.isEqual(sid.issuer);
    }
    const extension = fields.extensions?.find(({ extnID }) => extnID === OID.subjectKeyIdentifier);
    const identifier: unknown = extension?.parsedValue;
    return (
      sid instanceof asn1js.Primitive &&
      identifier instanceof asn1js.OctetString &&
      Buffer.from(identifier.getValue()).equals(Buffer.from(sid.valueBlock.valueHexView))
    );
  });
}

/**
 * Whether the attribute signing-certificate-v2 (RFC 5035), or its older form, names this certificate; undefined where neither is there,
 * or its digest algorithm is not one we accept.
 */
export function namesCertificate(cms: Cms, certificate: ReadCertificate): boolean | undefined {
  const second = signedAttribute(cms, OID.signingCertificateV2);
  const value = second ?? signedAttribute(cms, OID.signingCertificate);
  if (value === undefined) return undefined;
  // SigningCertificate ::= SEQUENCE { certs SEQUENCE OF ESSCertID, ... }; the first one is the signer's.
  const identifier = childOf(childOf(value, 0), 0);
  const first = childOf(identifier, 0);
  const algorithm = first instanceof asn1js.Sequence ? childOf(first, 0) : undefined;
  const hash = first instanceof asn1js.Sequence ? childOf(identifier, 1) : first;
  if (!(hash instanceof asn1js.OctetString)) throw new CmsError('the signing-certificate attribute cannot be read');
  const oid = algorithm instanceof asn1js.ObjectIdentifier ? algorithm.valueBlock.toString() : undefined;
  // Defaults: SHA-256 in the second form (RFC 5035), SHA-1 in the first (RFC 2634).
  const name = oid === undefined ? (second === undefined ? 'sha1' : 'sha256') : digestNamed(oid);
  if (name === undefined) return undefined;
  return createHash(name).update(certificate.x509.raw).digest().equals(Buffer.from(hash.getValue()));
}

function childOf(block: asn1js.AsnType | undefined, index: number): asn1js.AsnType | undefined {
  return block instanceof asn1js.Constructed ? block.valueBlock.value[index] : undefined;
}
