import { X509Certificate, type KeyObject } from 'node:crypto';

import { Certificate } from 'pkijs';

import { CmsError } from './cms-error.js';

/** A certificate in two forms: `node:crypto` for keys and signatures, pkijs for its fields. */
export class ReadCertificate {
  readonly x509: X509Certificate;
  #fields: Certificate | undefined;

  /** Throws if the bytes are not a certificate. */
  constructor(private readonly der: Buffer) {
    this.x509 = new X509Certificate(der);
  }

  /** Read on first use: a file may contain many certificates that nobody needs. Throws plain errors. */
  readonly fields = (): Certificate => (this.#fields ??= Certificate.fromBER(this.der));

  /** An extension: whether it is critical, its value in DER, and what pkijs makes of it. Throws plain errors. */
  readonly extension = (oid: string): CertificateExtension | undefined => {
    const found = this.fields().extensions?.find(({ extnID }) => extnID === oid);
    if (found === undefined) return undefined;
    const { critical, extnValue } = found;
    return {
      critical,
      value: Buffer.from(extnValue.getValue()),
      parsed: () => {
        const parsed: unknown = found.parsedValue;
        // pkijs gives an empty one in place of an extension that it cannot read.
        if (parsed instanceof Object && 'parsingError' in parsed) throw new CmsError('an extension cannot be read');
        return parsed;
      },
    };
  };

  /** The key. Undefined if OpenSSL does not know its kind. */
  get publicKey(): KeyObject | undefined {
    try {
      return this.x509.publicKey;
    } catch {
      return undefined;
    }
  }

  /** SHA-256, hexadecimal in small letters. */
  get fingerprint(): string {
    return this.x509.fingerprint256.replaceAll(':', '').toLowerCase();
  }

  isSameAs(other: ReadCertificate): boolean {
    return this.x509.raw.equals(other.x509.raw);
  }
}

export interface CertificateExtension {
  critical: boolean;
  value: Buffer;
  parsed: () => unknown;
}

/** Reads DER. Throws if it is not a certificate. */
export function readCertificate(der: Buffer): ReadCertificate {
  return new ReadCertificate(der);
}
