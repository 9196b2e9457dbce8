/** A digest algorithm as `node:crypto` names it. `weak`: collisions can be made, so it proves nothing. */
export interface Digest {
  name: string;
  weak?: true;
}

const DIGESTS: Readonly<Record<string, Digest>> = {
  '2.16.840.1.101.3.4.2.1': { name: 'sha256' },
  '2.16.840.1.101.3.4.2.2': { name: 'sha384' },
  '2.16.840.1.101.3.4.2.3': { name: 'sha512' },
  '2.16.840.1.101.3.4.2.4': { name: 'sha224' },
  '2.16.840.1.101.3.4.2.8': { name: 'sha3-256' },
  '2.16.840.1.101.3.4.2.9': { name: 'sha3-384' },
  '2.16.840.1.101.3.4.2.10': { name: 'sha3-512' },
  '1.3.14.3.2.26': { name: 'sha1', weak: true },
  '1.2.840.113549.2.5': { name: 'md5', weak: true },
};

/** How a signature value is checked. Without `digest`, the signer's digest algorithm is used. */
export interface SignatureScheme {
  name: 'RSA PKCS#1 v1.5' | 'RSA-PSS' | 'ECDSA' | 'EdDSA';
  digest?: Digest;
}

const [MD5, SHA1] = [digest('md5'), digest('sha1')];
const RSA = 'RSA PKCS#1 v1.5';

const SCHEMES: Readonly<Record<string, SignatureScheme>> = {
  '1.2.840.113549.1.1.1': { name: RSA },
  '1.2.840.113549.1.1.4': { name: RSA, digest: MD5 },
  '1.2.840.113549.1.1.5': { name: RSA, digest: SHA1 },
  '1.3.14.3.2.29': { name: RSA, digest: SHA1 },
  '1.2.840.113549.1.1.11': { name: RSA, digest: digest('sha256') },
  '1.2.840.113549.1.1.12': { name: RSA, digest: digest('sha384') },
  '1.2.840.113549.1.1.13': { name: RSA, digest: digest('sha512') },
  '1.2.840.113549.1.1.14': { name: RSA, digest: digest('sha224') },
  '2.16.840.1.101.3.4.3.14': { name: RSA, digest: digest('sha3-256') },
  '2.16.840.1.101.3.4.3.15': { name: RSA, digest: digest('sha3-384') },
  '2.16.840.1.101.3.4.3.16': { name: RSA, digest: digest('sha3-512') },
  '1.2.840.113549.1.1.10': { name: 'RSA-PSS' },
  // Some signers write a bare elliptic-curve key identifier here.
  '1.2.840.10045.2.1': { name: 'ECDSA' },
  '1.2.840.10045.4.1': { name: 'ECDSA', digest: SHA1 },
  '1.2.840.10045.4.3.1': { name: 'ECDSA', digest: digest('sha224') },
  '1.2.840.10045.4.3.2': { name: 'ECDSA', digest: digest('sha256') },
  '1.2.840.10045.4.3.3': { name: 'ECDSA', digest: digest('sha384') },
  '1.2.840.10045.4.3.4': { name: 'ECDSA', digest: digest('sha512') },
  '2.16.840.1.101.3.4.3.10': { name: 'ECDSA', digest: digest('sha3-256') },
  '2.16.840.1.101.3.4.3.11': { name: 'ECDSA', digest: digest('sha3-384') },
  '2.16.840.1.101.3.4.3.12': { name: 'ECDSA', digest: digest('sha3-512') },
  '1.3.101.112': { name: 'EdDSA', digest: digest('sha512') },
};

/** Schemes that are known to be weak and are not checked: RSA with MD2 or MD4, DSA with SHA-1. */
const WEAK_SCHEMES = new Set(['1.2.840.113549.1.1.2', '1.2.840.113549.1.1.3', '1.2.840.10040.4.3', '1.3.14.3.2.27']);

/** Undefined for an unknown algorithm. */
export function digestNamed(oid: string): Digest | undefined {
  return DIGESTS[oid];
}

export function schemeNamed(oid: string): SignatureScheme | undefined {
  return SCHEMES[oid];
}

export function isWeakScheme(oid: string): boolean {
  return WEAK_SCHEMES.has(oid) || SCHEMES[oid]?.digest?.weak === true;
}

function digest(name: string): Digest {
  const found = Object.values(DIGESTS).find((each) => each.name === name);
  if (found === undefined) throw new Error(`no digest ${name}`);
  return found;
}

/** Object identifiers of the CMS and X.509 parts we read. */
export const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  timestampToken: '1.2.840.113549.1.9.16.2.14',
  timestampInfo: '1.2.840.113549.1.9.16.1.4',
  subjectDirectoryAttributes: '2.5.29.9',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAlternativeName: '2.5.29.17',
  issuerAlternativeName: '2.5.29.18',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  revocationListPlaces: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  anyPolicy: '2.5.29.32.0',
  policyMappings: '2.5.29.33',
  policyConstraints: '2.5.29.36',
  extendedKeyUsage: '2.5.29.37',
  inhibitAnyPolicy: '2.5.29.54',
  qcStatements: '1.3.6.1.5.5.7.1.3',
} as const;
