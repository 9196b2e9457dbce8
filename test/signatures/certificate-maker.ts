import { createPublicKey, generateKeyPairSync, sign, X509Certificate, type KeyObject } from 'node:crypto';

import * as asn1js from 'asn1js';
import { AlgorithmIdentifier, Certificate, Extension } from 'pkijs';

import { makeIdentity, type Identity } from './authority.js';

/** The unusual parts of a certificate. */
export interface UnusualOrder {
  name: string;
  issuer: Identity;
  /** Replaces the 2048-bit RSA key. */
  key?: KeyObject;
  /** The digest in the issuer's signature. */
  digest?: 'md5' | 'sha1' | 'sha256';
  /** Extensions in addition to the usual ones, or in place of those with the same identifier. */
  extensions?: [oid: string, critical: boolean, value: asn1js.AsnType][];
  issues?: { depth?: number };
  from?: Date;
  to?: Date;
}

const OF_RSA = { md5: '1.2.840.113549.1.1.4', sha1: '1.2.840.113549.1.1.5', sha256: '1.2.840.113549.1.1.11' };
const OF_EC = { md5: '', sha1: '1.2.840.10045.4.1', sha256: '1.2.840.10045.4.3.2' };

/** Takes a usual certificate, changes it, and lets the issuer sign it again. */
export async function makeUnusual(order: UnusualOrder): Promise<Identity> {
  const { key, digest = 'sha256', extensions = [], issuer, ...usual } = order;
  // It is signed again below, because the issuer's key may be of a kind that this call cannot use.
  const made = await makeIdentity({ ...usual, issuer: { ...issuer, key: curveKey('prime256v1') } });
  const certificate = Certificate.fromBER(made.certificate.raw);
  if (key !== undefined) {
    const spki = createPublic(key).export({ type: 'spki', format: 'der' });
    certificate.subjectPublicKeyInfo.fromSchema(asn1js.fromBER(spki).result);
  }
  const kept = (certificate.extensions ?? []).filter(({ extnID }) => !extensions.some(([oid]) => oid === extnID));
  certificate.extensions = [
    // The key identifiers would name the key from before the change.
    ...(key === undefined ? kept : kept.filter(({ extnID }) => extnID !== '2.5.29.14')),
    ...extensions.map(([extnID, critical, value]) => new Extension({ extnID, critical, extnValue: value.toBER() })),
  ];
  const ec = issuer.key.asymmetricKeyType === 'ec';
  const algorithm = new AlgorithmIdentifier({
    algorithmId: (ec ? OF_EC : OF_RSA)[digest],
    ...(ec ? {} : { algorithmParams: new asn1js.Null() }),
  });
  certificate.signature = algorithm;
  certificate.signatureAlgorithm = algorithm;
  const tbs = certificate.encodeTBS();
  const value = sign(digest, Buffer.from(tbs.toBER()), issuer.key);
  certificate.tbsView = new Uint8Array(tbs.toBER());
  certificate.signatureValue = new asn1js.BitString({ valueHex: new Uint8Array(value).buffer });
  const der = Buffer.from(certificate.toSchema().toBER());
  return { certificate: new X509Certificate(der), key: key ?? made.key };
}

function createPublic(key: KeyObject): KeyObject {
  return key.type === 'public' ? key : createPublicKey(key);
}

export function curveKey(namedCurve: string): KeyObject {
  return generateKeyPairSync('ec', { namedCurve }).privateKey;
}

export const sequence = (...value: asn1js.AsnType[]): asn1js.AsnType => new asn1js.Sequence({ value });
export const oid = (value: string): asn1js.AsnType => new asn1js.ObjectIdentifier({ value });

/** Extended key usage. */
export function purposes(...values: string[]): [string, boolean, asn1js.AsnType] {
  return ['2.5.29.37', false, sequence(...values.map(oid))];
}

/** qcStatements (RFC 3739). */
export function statements(critical: boolean, ...values: asn1js.AsnType[]): [string, boolean, asn1js.AsnType] {
  return ['1.3.6.1.5.5.7.1.3', critical, sequence(...values)];
}

/** Certificate policies. */
export function policies(...values: string[]): [string, boolean, asn1js.AsnType] {
  return ['2.5.29.32', false, sequence(...values.map((value) => sequence(oid(value))))];
}

/** `requireExplicitPolicy` of policyConstraints. */
export function explicitPolicy(skip: number): [string, boolean, asn1js.AsnType] {
  const value = new asn1js.Primitive({
    idBlock: { tagClass: 3, tagNumber: 0 },
    valueHex: new Uint8Array([skip]).buffer,
  });
  return ['2.5.29.36', true, sequence(value)];
}

/** Name constraints: the names of organisations below which all others must be. */
export function permittedOrganisation(name: string): [string, boolean, asn1js.AsnType] {
  const directory = sequence(
    new asn1js.Set({ value: [sequence(oid('2.5.4.10'), new asn1js.Utf8String({ value: name }))] }),
  );
  return nameConstraint(new asn1js.Constructed({ idBlock: { tagClass: 3, tagNumber: 4 }, value: [directory] }));
}

/** Name constraints for hosts, which our check does not compare. */
export function permittedHost(name: string): [string, boolean, asn1js.AsnType] {
  return nameConstraint(
    new asn1js.Primitive({
      idBlock: { tagClass: 3, tagNumber: 2 },
      valueHex: new Uint8Array(Buffer.from(name)).buffer,
    }),
  );
}

/** A host among the alternative names of the subject. */
export function hostName(name: string): [string, boolean, asn1js.AsnType] {
  return [
    '2.5.29.17',
    false,
    sequence(
      new asn1js.Primitive({
        idBlock: { tagClass: 3, tagNumber: 2 },
        valueHex: new Uint8Array(Buffer.from(name)).buffer,
      }),
    ),
  ];
}

function nameConstraint(base: asn1js.AsnType): [string, boolean, asn1js.AsnType] {
  const permitted = new asn1js.Constructed({ idBlock: { tagClass: 3, tagNumber: 0 }, value: [sequence(base)] });
  return ['2.5.29.30', true, sequence(permitted)];
}
