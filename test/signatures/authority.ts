import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  webcrypto,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';

import * as x509 from '../../sandbox/signing/x509.js';

import { rsaKey } from '../rsa-keys.js';

/** A certificate with its key, made for tests. */
export interface Identity {
  certificate: X509Certificate;
  key: KeyObject;
}

/** A made-up chain: a root, an intermediate, signers with each kind of key, and a timestamp authority. */
export interface Authority {
  root: Identity;
  intermediate: Identity;
  rsa: Identity;
  ecdsa: Identity;
  timestamps: Identity;
}

const DAY = 86_400_000;
const USES_KEY: x509.KeyUsageFlags = x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.nonRepudiation;
const ISSUES: x509.KeyUsageFlags = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign;
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
};
const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export interface IdentityOrder {
  name: string;
  algorithm?: typeof RSA | typeof ECDSA;
  issuer?: Identity;
  from?: Date;
  to?: Date;
  /** A certificate that may issue others. `depth` is the length of the path below it. */
  issues?: { depth?: number };
  keyUsage?: x509.KeyUsageFlags;
  timeStamping?: boolean;
}

export async function makeIdentity(order: IdentityOrder): Promise<Identity> {
  const algorithm = order.algorithm ?? RSA;
  const key = 'namedCurve' in algorithm ? generateKeyPairSync('ec', algorithm).privateKey : rsaKey();
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const publicKey = await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']);
  const issuerKey = order.issuer?.key ?? key;
  const issuerAlgorithm = issuerKey.asymmetricKeyType === 'ec' ? ECDSA : RSA;
  const der = issuerKey.export({ type: 'pkcs8', format: 'der' });
  const signingKey = await webcrypto.subtle.importKey('pkcs8', der, issuerAlgorithm, false, ['sign']);
  const issuerCertificate = order.issuer && new x509.X509Certificate(new Uint8Array(order.issuer.certificate.raw));
  const subject = `CN=${order.name}, O=Test Orchard, C=ES`;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: createHash('sha256')
      .update(`${order.name}${Math.random()}`)
      .digest('hex')
      .replace(/^./, '4')
      .slice(0, 24),
    subject,
    issuer: issuerCertificate?.subject ?? subject,
    notBefore: order.from ?? new Date(Date.now() - DAY),
    notAfter: order.to ?? new Date(Date.now() + 30 * DAY),
    publicKey,
    signingKey,
    signingAlgorithm: issuerAlgorithm,
    extensions: [
      new x509.BasicConstraintsExtension(order.issues !== undefined, order.issues?.depth, true),
      new x509.KeyUsagesExtension(order.keyUsage ?? (order.issues === undefined ? USES_KEY : ISSUES), true),
      ...(order.timeStamping ? [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.timeStamping], true)] : []),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuerCertificate ?? publicKey),
    ],
  });
  return { certificate: new X509Certificate(certificate.toString('pem')), key };
}

export async function makeAuthority(): Promise<Authority> {
  const root = await makeIdentity({ name: 'Test Root', issues: {} });
  const intermediate = await makeIdentity({ name: 'Test Intermediate', issuer: root, issues: { depth: 0 } });
  const [rsa, ecdsa, timestamps] = await Promise.all([
    makeIdentity({ name: 'Made-up Signer One', issuer: intermediate }),
    makeIdentity({ name: 'Made-up Signer Two', issuer: intermediate, algorithm: ECDSA }),
    makeIdentity({
      name: 'Test Timestamps',
      issuer: intermediate,
      timeStamping: true,
      keyUsage: x509.KeyUsageFlags.digitalSignature,
    }),
  ]);
  return { root, intermediate, rsa, ecdsa, timestamps };
}

export const ELLIPTIC = ECDSA;
