import * as asn1js from 'asn1js';
import { BasicConstraints, ExtKeyUsage } from 'pkijs';

import { OID } from './algorithms.js';
import type { ReadCertificate } from './cms.js';

/** The use of the first certificate of a chain. */
export type CertificateUse = 'signing' | 'time-stamping';

const KEY_USAGE = { digitalSignature: 0x80, nonRepudiation: 0x40, keyCertSign: 0x04 };
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
const ANY_PURPOSE = '2.5.29.37.0';
/** Purposes of machines and authorities: TLS server, timestamps, answers about revocation. */
const NOT_OF_SIGNERS = ['1.3.6.1.5.5.7.3.1', TIME_STAMPING, '1.3.6.1.5.5.7.3.9'];
/** Purposes that allow signing, even if other purposes are named too: e-mail, documents (RFC 9336, Microsoft, Adobe). */
const OF_SIGNERS = ['1.3.6.1.5.5.7.3.4', '1.3.6.1.5.5.7.3.36', '1.3.6.1.4.1.311.10.3.12', '1.2.840.113583.1.1.5'];

/** Whether a certificate may be used for this: it is not an authority, its key may sign, and its purpose fits. */
export function isFor(certificate: ReadCertificate, use: CertificateUse): boolean {
  const usage = keyUsageOf(certificate);
  const signs = usage === undefined || (usage & (KEY_USAGE.digitalSignature | KEY_USAGE.nonRepudiation)) !== 0;
  if (!signs || basicConstraintsOf(certificate)?.cA === true) return false;
  const purposes = purposesOf(certificate);
  return use === 'signing' ? fitsSigners(purposes) : (purposes?.includes(TIME_STAMPING) ?? false);
}

/** Whether a certificate may issue the one before it. `below`: the number of issuers between it and the first certificate. */
export function mayIssue(issuer: ReadCertificate, below: number, use: CertificateUse): boolean {
  const usage = keyUsageOf(issuer);
  const constraints = basicConstraintsOf(issuer);
  if (constraints?.cA !== true) return false;
  const limit: unknown = constraints.pathLenConstraint;
  if (typeof limit === 'number' && below > limit) return false;
  if (usage !== undefined && (usage & KEY_USAGE.keyCertSign) === 0) return false;
  // An authority can issue only for its own purposes.
  const purposes = purposesOf(issuer);
  if (use === 'signing') return fitsSigners(purposes);
  return purposes === undefined || purposes.includes(TIME_STAMPING) || purposes.includes(ANY_PURPOSE);
}

function fitsSigners(purposes: readonly string[] | undefined): boolean {
  if (purposes === undefined) return true;
  return (
    purposes.some((purpose) => OF_SIGNERS.includes(purpose)) ||
    !purposes.some((purpose) => NOT_OF_SIGNERS.includes(purpose))
  );
}

function keyUsageOf(certificate: ReadCertificate): number | undefined {
  const usage = certificate.extension(OID.keyUsage)?.parsed();
  return usage instanceof asn1js.BitString ? usage.valueBlock.valueHexView[0] : undefined;
}

function basicConstraintsOf(certificate: ReadCertificate): BasicConstraints | undefined {
  const constraints = certificate.extension(OID.basicConstraints)?.parsed();
  return constraints instanceof BasicConstraints ? constraints : undefined;
}

function purposesOf(certificate: ReadCertificate): readonly string[] | undefined {
  const extended = certificate.extension(OID.extendedKeyUsage)?.parsed();
  return extended instanceof ExtKeyUsage ? extended.keyPurposes : undefined;
}
