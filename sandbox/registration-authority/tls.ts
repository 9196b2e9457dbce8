import type { webcrypto } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '../signing/x509.js';
import {
  AUTHORITY_LIFETIME,
  ECDSA,
  generateKeys,
  positiveSerialNumber,
  privateKeyPem,
  validityFor,
} from '../signing/certificates.js';
import { writeWhole } from '../state/files.js';

/** The API user's files: the trusted authority, and the user's own certificate and key. All are PEM. The key is not encrypted. */
export interface ApiUserFiles {
  ca: string;
  certificate: string;
  key: string;
}

/** The listener's own certificate, and the authority whose clients it accepts. PEM. */
export interface ListenerTls {
  ca: string;
  cert: string;
  key: string;
}

/**
 * A certification authority only for mutual TLS: a server certificate for this machine and the certificate of one API
 * user (§1.2). It is made on the first start and kept in `folder`.
 */
export async function openTls(folder: string): Promise<{ listener: ListenerTls; apiUser: ApiUserFiles }> {
  const path = (name: string): string => join(folder, `${name}.pem`);
  if (!existsSync(path('ca'))) {
    const made = await make();
    for (const [name, pem] of Object.entries(made)) writeWhole(path(name), pem); // ca last: if it exists, all of them do
  }
  const read = (name: string): string => readFileSync(path(name), 'utf8');
  return {
    listener: { ca: read('ca'), cert: read('server'), key: read('server-key') },
    apiUser: { ca: path('ca'), certificate: path('api-user'), key: path('api-user-key') },
  };
}

async function make(): Promise<Record<string, string>> {
  const keys = await generateKeys(ECDSA);
  const authority = await X509CertificateGenerator.createSelfSigned({
    serialNumber: positiveSerialNumber(),
    name: 'CN=Sandbox TLS CA (test only), O=Sandbox, C=ES',
    keys,
    ...validityFor(AUTHORITY_LIFETIME),
    signingAlgorithm: ECDSA,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  const server = await issue(authority, keys.privateKey, 'CN=localhost, O=Sandbox, C=ES', [
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension([
      { type: 'dns', value: 'localhost' },
      { type: 'ip', value: '127.0.0.1' },
      { type: 'ip', value: '::1' },
    ]),
  ]);
  const apiUser = await issue(authority, keys.privateKey, 'CN=Sandbox API User, O=Sandbox, C=ES', [
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
  ]);
  return {
    'server-key': server.key,
    server: server.certificate,
    'api-user-key': apiUser.key,
    'api-user': apiUser.certificate,
    ca: authority.toString('pem'),
  };
}

async function issue(
  authority: X509Certificate,
  authorityKey: webcrypto.CryptoKey,
  subject: string,
  extensions: (ExtendedKeyUsageExtension | SubjectAlternativeNameExtension)[],
): Promise<{ certificate: string; key: string }> {
  const keys = await generateKeys(ECDSA);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: positiveSerialNumber(),
    subject,
    issuer: authority.subject,
    ...validityFor(AUTHORITY_LIFETIME),
    signingAlgorithm: ECDSA,
    publicKey: keys.publicKey,
    signingKey: authorityKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      ...extensions,
    ],
  });
  return { certificate: certificate.toString('pem'), key: await privateKeyPem(keys.privateKey) };
}
