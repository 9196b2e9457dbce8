import { randomBytes, type webcrypto } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  CertificatePolicyExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from './x509.js';
import { QUALIFIED_POLICY, qualifiedStatements } from './qualified.js';
import { writeWhole } from '../state/files.js';

/** The two kinds of keys the sandbox signs with. */
export type KeyKind = 'rsa' | 'ecdsa';

const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};
export const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY = 86_400_000;
/** Certificates that are made on the first start are valid longer than any test needs. */
export const AUTHORITY_LIFETIME = 3650 * DAY;
/** Milliseconds. A certificate becomes valid a little in the past, because clocks differ. */
const BACKDATING = 60_000;
/** From the arc for examples and tests (RFC 7299 uses 2.999 in the same way), so it names no real policy. */
const TEST_POLICY = '2.999.1';

/** X.520 serialNumber. */
const SUBJECT_SERIAL_NUMBER = '2.5.4.5';

/** A certificate for one signature, with its key. */
export interface SingleUseCertificate {
  kind: KeyKind;
  key: webcrypto.CryptoKey;
  certificate: X509Certificate;
  /** The issuing certificates, the nearest first and the root last. */
  chain: X509Certificate[];
}

/** The sandbox's own certification authority, with a root and an issuing certificate. Made on the first start and kept in the state. */
export class TestAuthority {
  private readonly readyKeys: Promise<webcrypto.CryptoKeyPair>[] = [];

  private constructor(
    readonly root: X509Certificate,
    private readonly issuing: X509Certificate,
    private readonly issuingKey: webcrypto.CryptoKey,
    /** The file with the root certificate, in PEM. Programs that must trust it can read it. */
    readonly rootPath: string,
    /** Stamps signatures with the time. */
    readonly timestamps: SingleUseCertificate,
  ) {}

  /** Opens the authority kept in `folder`, or makes it. */
  static async open(folder: string): Promise<TestAuthority> {
    const path = {
      root: join(folder, 'root.pem'),
      issuing: join(folder, 'issuing.pem'),
      key: join(folder, 'issuing-key.pem'),
      timestamps: join(folder, 'timestamps.pem'),
      timestampsKey: join(folder, 'timestamps-key.pem'),
    };
    if (!existsSync(path.root)) {
      const made = await makeAuthority();
      writeWhole(path.key, made.keyPem);
      writeWhole(path.issuing, made.issuing.toString('pem'));
      writeWhole(path.root, made.root.toString('pem')); // last: if it exists, all of them do
    }
    const root = new X509Certificate(readFileSync(path.root, 'utf8'));
    const issuing = new X509Certificate(readFileSync(path.issuing, 'utf8'));
    const issuingKey = await keyIn(path.key, RSA);
    if (!existsSync(path.timestamps)) {
      const made = await makeTimestampAuthority(issuing, issuingKey);
      writeWhole(path.timestampsKey, made.keyPem);
      writeWhole(path.timestamps, made.certificate.toString('pem'));
    }
    return new TestAuthority(root, issuing, issuingKey, path.root, {
      kind: 'ecdsa',
      key: await keyIn(path.timestampsKey, ECDSA),
      certificate: new X509Certificate(readFileSync(path.timestamps, 'utf8')),
      chain: [issuing, root],
    });
  }

  /**
   * Issues a certificate for one signature.
   * @param subject free text
   * @param lifetime milliseconds
   * @param qualified whether it states that it is qualified (ETSI EN 319 412-5)
   */
  async issue(
    kind: KeyKind,
    subject: { commonName: string; serialNumber?: string },
    lifetime: number,
    { qualified = false } = {},
  ): Promise<SingleUseCertificate> {
    const keys = kind === 'rsa' ? await this.takeRsaKeys() : await generateKeys(ECDSA);
    const certificate = await X509CertificateGenerator.create({
      serialNumber: positiveSerialNumber(),
      subject: [
        { CN: [subject.commonName] },
        ...(subject.serialNumber === undefined ? [] : [{ [SUBJECT_SERIAL_NUMBER]: [subject.serialNumber] }]),
        { O: ['Sandbox, not a real certificate'] },
        { C: ['ES'] },
      ],
      issuer: this.issuing.subject,
      ...validityFor(lifetime),
      signingAlgorithm: RSA,
      publicKey: keys.publicKey,
      signingKey: this.issuingKey,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.nonRepudiation, true),
        new CertificatePolicyExtension([TEST_POLICY, ...(qualified ? [QUALIFIED_POLICY] : [])]),
        ...(qualified ? [new Extension(...qualifiedStatements())] : []),
        await SubjectKeyIdentifierExtension.create(keys.publicKey),
        await AuthorityKeyIdentifierExtension.create(this.issuing.publicKey),
      ],
    });
    return { kind, key: keys.privateKey, certificate, chain: [this.issuing, this.root] };
  }

  /** Making an RSA key pair takes almost a second, so the next one is made in advance. */
  private takeRsaKeys(): Promise<webcrypto.CryptoKeyPair> {
    const ready = this.readyKeys.shift() ?? generateKeys(RSA);
    if (this.readyKeys.length === 0) this.readyKeys.push(generateKeys(RSA));
    return ready;
  }
}

async function makeAuthority(): Promise<{ root: X509Certificate; issuing: X509Certificate; keyPem: string }> {
  const [rootKeys, issuingKeys] = await Promise.all([generateKeys(RSA), generateKeys(RSA)]);
  const validity = validityFor(AUTHORITY_LIFETIME);
  const authorityUsages = new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true);
  const root = await X509CertificateGenerator.createSelfSigned({
    serialNumber: positiveSerialNumber(),
    name: 'CN=Sandbox Root CA (test only), O=Sandbox, C=ES',
    keys: rootKeys,
    ...validity,
    signingAlgorithm: RSA,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      authorityUsages,
      await SubjectKeyIdentifierExtension.create(rootKeys.publicKey),
    ],
  });
  const issuing = await X509CertificateGenerator.create({
    serialNumber: positiveSerialNumber(),
    subject: 'CN=Sandbox Issuing CA (test only), O=Sandbox, C=ES',
    issuer: root.subject,
    ...validity,
    signingAlgorithm: RSA,
    publicKey: issuingKeys.publicKey,
    signingKey: rootKeys.privateKey,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      authorityUsages,
      new CertificatePolicyExtension([TEST_POLICY]),
      await SubjectKeyIdentifierExtension.create(issuingKeys.publicKey),
      await AuthorityKeyIdentifierExtension.create(rootKeys.publicKey),
    ],
  });
  return { root, issuing, keyPem: await privateKeyPem(issuingKeys.privateKey) };
}

async function keyIn(path: string, algorithm: typeof RSA | typeof ECDSA): Promise<webcrypto.CryptoKey> {
  const der = PemConverter.decodeFirst(readFileSync(path, 'utf8'));
  return crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
}

async function makeTimestampAuthority(
  issuing: X509Certificate,
  issuingKey: webcrypto.CryptoKey,
): Promise<{ certificate: X509Certificate; keyPem: string }> {
  const keys = await generateKeys(ECDSA);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: positiveSerialNumber(),
    subject: 'CN=Sandbox Timestamps (test only), O=Sandbox, C=ES',
    issuer: issuing.subject,
    notBefore: issuing.notBefore,
    notAfter: issuing.notAfter,
    signingAlgorithm: RSA,
    publicKey: keys.publicKey,
    signingKey: issuingKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.timeStamping], true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuing.publicKey),
    ],
  });
  return { certificate, keyPem: await privateKeyPem(keys.privateKey) };
}

export async function generateKeys(algorithm: typeof RSA | typeof ECDSA): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

/** Valid from now. @param lifetime milliseconds */
export function validityFor(lifetime: number): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - BACKDATING), notAfter: new Date(now + lifetime) };
}

export async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  return PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

/** 16 hexadecimal digits like the provider's (§8.2): never negative, and no leading zero byte. */
export function positiveSerialNumber(): string {
  const bytes = randomBytes(8);
  bytes[0] = 0x40 | ((bytes[0] ?? 0) & 0x3f);
  return bytes.toString('hex');
}
