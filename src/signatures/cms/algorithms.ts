/** Digest algorithms we accept, by object identifier, as `node:crypto` names them. SHA-1 and MD5 are left out on purpose. */
const DIGESTS: Readonly<Record<string, string>> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** How a signature value is checked. Without `digest` the digest algorithm of the signer is meant. */
export interface SignatureScheme {
  name: 'RSA PKCS#1 v1.5' | 'RSA-PSS' | 'ECDSA';
  digest?: string;
}

const SCHEMES: Readonly<Record<string, SignatureScheme>> = {
  '1.2.840.113549.1.1.1': { name: 'RSA PKCS#1 v1.5' },
  '1.2.840.113549.1.1.11': { name: 'RSA PKCS#1 v1.5', digest: 'sha256' },
  '1.2.840.113549.1.1.12': { name: 'RSA PKCS#1 v1.5', digest: 'sha384' },
  '1.2.840.113549.1.1.13': { name: 'RSA PKCS#1 v1.5', digest: 'sha512' },
  '1.2.840.113549.1.1.10': { name: 'RSA-PSS' },
  // A bare elliptic-curve key identifier stands here in the files of some signers.
  '1.2.840.10045.2.1': { name: 'ECDSA' },
  '1.2.840.10045.4.3.2': { name: 'ECDSA', digest: 'sha256' },
  '1.2.840.10045.4.3.3': { name: 'ECDSA', digest: 'sha384' },
  '1.2.840.10045.4.3.4': { name: 'ECDSA', digest: 'sha512' },
};

/** The name for `node:crypto`, or undefined: not accepted. */
export function digestNamed(oid: string): string | undefined {
  return DIGESTS[oid];
}

export function schemeNamed(oid: string): SignatureScheme | undefined {
  return SCHEMES[oid];
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
  timeStamping: '1.3.6.1.5.5.7.3.8',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAlternativeName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  certificatePolicies: '2.5.29.32',
  extendedKeyUsage: '2.5.29.37',
} as const;
