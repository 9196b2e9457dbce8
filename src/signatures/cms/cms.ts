import { createHash } from 'node:crypto';

import * as asn1js from 'asn1js';
import { RelativeDistinguishedNames } from 'pkijs';

import { defined } from '../../messages/defined.js';
import { digestNamed, OID } from './algorithms.js';
import { readCertificate, type ReadCertificate } from './certificate.js';
import { CmsError, withCmsErrors } from './cms-error.js';
import { childrenOf, firstElement, octetsOf, oidOf, TAG, type DerElement } from './der-elements.js';

export { readCertificate, type ReadCertificate } from './certificate.js';
export { CmsError, withCmsErrors } from './cms-error.js';

/** A SignedData (RFC 5652) with exactly one signer. */
export interface Cms {
  contentType: string;
  /** Absent: the content is detached. */
  content?: Buffer;
  certificates: ReadCertificate[];
  signer: CmsSigner;
}

/** A SignerInfo (RFC 5652, 5.3). */
export interface CmsSigner {
  /** Issuer and serial number, or a subject key identifier. */
  sid: DerElement;
  digestAlgorithm: string;
  signatureAlgorithm: { oid: string; parameters: Buffer | undefined };
  value: Buffer;
  /** DER of the SET OF signed attributes, which the signature covers. Absent if it covers the content. */
  signedAttributes?: Buffer;
  signed: Attributes;
  unsigned: Attributes;
}

/** Values of attributes, DER, by object identifier. */
export type Attributes = ReadonlyMap<string, Buffer[]>;

/** No real signature has more. This limits the work on hostile files. */
const MOST_CERTIFICATES = 200;

/**
 * Reads a CMS. Zeros after it are the padding of `/Contents`; other bytes there are refused. Revocation lists can be large and are not
 * read. Throws `CmsError`.
 */
export function readCms(bytes: Buffer): Cms {
  return withCmsErrors(() => {
    const whole = firstElement(bytes);
    if (!bytes.subarray(whole.bytes.length).every((byte) => byte === 0)) throw new CmsError('bytes after the CMS');
    const [contentType, content] = partsOf(whole, TAG.sequence);
    if (oidOf(contentType) !== OID.signedData) throw new CmsError('not a SignedData');
    const [signedData] = partsOf(content, TAG.context(0));
    return readSignedData(signedData);
  });
}

function readSignedData(signedData: DerElement | undefined): Cms {
  const [, , encapsulated, ...more] = partsOf(signedData, TAG.sequence);
  const [contentType, wrapped] = partsOf(encapsulated, TAG.sequence);
  const content = wrapped === undefined ? undefined : octetsOf(partsOf(wrapped, TAG.context(0))[0]);
  const certificates = more.find(({ tag }) => tag === TAG.context(0));
  const [signer, another] = partsOf(more.at(-1), TAG.set);
  if (signer === undefined || another !== undefined) throw new CmsError('not exactly one signer');
  return {
    contentType: oidOf(contentType),
    ...defined({ content }),
    certificates: certificates === undefined ? [] : certificatesIn(certificates),
    signer: readSigner(signer),
  };
}

function readSigner(signer: DerElement): CmsSigner {
  const [, sid, digest, ...rest] = partsOf(signer, TAG.sequence);
  if (sid === undefined) throw new CmsError('no signer identifier');
  const signed = rest[0]?.tag === TAG.context(0) ? rest.shift() : undefined;
  const [algorithm, value, unsigned] = rest;
  const [oid, parameters] = partsOf(algorithm, TAG.sequence);
  return {
    sid,
    digestAlgorithm: oidOf(partsOf(digest, TAG.sequence)[0]),
    signatureAlgorithm: { oid: oidOf(oid), parameters: parameters?.bytes },
    value: octetsOf(value),
    ...defined({ signedAttributes: signed && asSet(signed) }),
    signed: attributesIn(signed),
    unsigned: attributesIn(unsigned),
  };
}

function partsOf(element: DerElement | undefined, tag: number): DerElement[] {
  if (element?.tag !== tag) throw new CmsError('an element has an unexpected type');
  return childrenOf(element);
}

/** The signature covers the attributes as a SET OF. In the file they have another tag (RFC 5652, 5.4). */
function asSet({ bytes }: DerElement): Buffer {
  const set = Buffer.from(bytes);
  set[0] = TAG.set;
  return set;
}

function attributesIn(attributes: DerElement | undefined): Attributes {
  const values = new Map<string, Buffer[]>();
  if (attributes === undefined) return values;
  for (const attribute of childrenOf(attributes)) {
    const [type, set] = partsOf(attribute, TAG.sequence);
    const name = oidOf(type);
    values.set(name, [...(values.get(name) ?? []), ...partsOf(set, TAG.set).map(({ bytes }) => bytes)]);
  }
  return values;
}

/** The original bytes: encoding them again could change a fingerprint. */
function certificatesIn(set: DerElement): ReadCertificate[] {
  // Other kinds of certificate in the set (attribute certificates) have context tags.
  const plain = childrenOf(set).filter(({ tag }) => tag === TAG.sequence);
  if (plain.length > MOST_CERTIFICATES) throw new CmsError('too many certificates');
  return plain.map(({ bytes }) => readCertificate(bytes));
}

/** The value of a signed attribute. Undefined if there is none. Throws `CmsError` if there are several. */
export function signedAttribute({ signer }: Cms, oid: string): asn1js.AsnType | undefined {
  const [value, another] = signer.signed.get(oid) ?? [];
  if (another !== undefined) throw new CmsError('an attribute has not exactly one value');
  return value === undefined ? undefined : withCmsErrors(() => asn1Of(value));
}

function asn1Of(der: Buffer): asn1js.AsnType {
  const { offset, result } = asn1js.fromBER(der);
  if (offset < 0) throw new CmsError(result.error);
  return result;
}

/** The given certificate that the signer identifier names. */
export function signerCertificate(
  { signer }: Cms,
  certificates: readonly ReadCertificate[],
): ReadCertificate | undefined {
  return withCmsErrors(() => namedBy(signer.sid, certificates));
}

function namedBy(sid: DerElement, certificates: readonly ReadCertificate[]): ReadCertificate | undefined {
  if (sid.tag === TAG.plainContext(0)) {
    return certificates.find(({ extension }) => {
      const identifier = extension(OID.subjectKeyIdentifier)?.value;
      return identifier !== undefined && octetsOf(firstElement(identifier)).equals(sid.content);
    });
  }
  const [name, serial] = partsOf(sid, TAG.sequence);
  if (name === undefined || serial?.tag !== TAG.integer) throw new CmsError('no issuer and serial number');
  const issuer = new RelativeDistinguishedNames({ schema: asn1Of(name.bytes) });
  const number = hexadecimal(serial.content);
  // Compare the numbers first: reading a name takes longer.
  return certificates.find(
    ({ x509, fields }) => withoutZeros(x509.serialNumber.toLowerCase()) === number && fields().issuer.isEqual(issuer),
  );
}

function hexadecimal(integer: Buffer): string {
  const negative = ((integer[0] ?? 0) & 0x80) !== 0;
  // OpenSSL writes a negative number without its sign.
  const amount = negative ? (1n << BigInt(integer.length * 8)) - BigInt(`0x${integer.toString('hex')}`) : undefined;
  return amount === undefined ? withoutZeros(integer.toString('hex')) : `-${amount.toString(16)}`;
}

function withoutZeros(digits: string): string {
  return digits.replace(/^(-?)0+(?=.)/, '$1');
}

/**
 * Whether the attribute signing-certificate-v2 (RFC 5035), or its older form, names this certificate. Undefined if there is neither, or
 * if its digest algorithm is not accepted.
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
  const name = oid === undefined ? (second === undefined ? 'sha1' : 'sha256') : digestNamed(oid)?.name;
  if (name === undefined) return undefined;
  return createHash(name).update(certificate.x509.raw).digest().equals(Buffer.from(hash.getValue()));
}

function childOf(block: asn1js.AsnType | undefined, index: number): asn1js.AsnType | undefined {
  return block instanceof asn1js.Constructed ? block.valueBlock.value[index] : undefined;
}
