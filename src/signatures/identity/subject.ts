import * as asn1js from 'asn1js';
import { Certificate } from 'pkijs';
import type { IdentityWord } from '../../messages/identity.js';
import type { Verification } from '../../messages/outcome.js';
import { type DocumentNumber, isSameNumber } from './document-number.js';
import { REASONS, type VerificationReason } from '../reasons.js';

/** Attribute types of a subject's name (X.520). */
const SERIAL_NUMBER = '2.5.4.5';
const COUNTRY = '2.5.4.6';

/**
 * Compares the number in a certificate's subject with the signer's expected document number. Names are not compared.
 * If the subject has several numbers, all must match.
 *
 * @param certificateDer undefined if the file has no certificate of its signer
 * @returns undefined if nothing is expected, or if there is no certificate
 */
export function subjectVerdict(
  certificateDer: Uint8Array | undefined,
  expected: string | undefined,
): IdentityWord | undefined {
  if (expected === undefined || certificateDer === undefined) return undefined;
  const numbers = subjectNumbers(certificateDer);
  if (numbers.length === 0) return 'not-shown';
  return numbers.every((number) => isSameNumber(number, { text: expected })) ? 'as-expected' : 'different';
}

/** Adds to a verification whether the signer is the expected person. */
export function withSigner(verification: Verification, signer: IdentityWord | 'accepted' | undefined): Verification {
  if (signer === undefined) return verification;
  const facts = { ...verification.facts, signer };
  const reason = REASON_OF[signer];
  if (reason === undefined) return { ...verification, facts };
  const failed = verification.result === 'failed' || REASONS[reason].result === 'failed';
  return { result: failed ? 'failed' : 'indeterminate', reasons: [...verification.reasons, reason], facts };
}

const REASON_OF: Partial<Record<IdentityWord | 'accepted', VerificationReason>> = {
  different: 'signer-unexpected',
  'not-shown': 'signer-not-named',
};

/** The numbers in a certificate's subject. Empty if it cannot be read. */
export function subjectNumbers(certificateDer: Uint8Array): DocumentNumber[] {
  try {
    const { result } = asn1js.fromBER(certificateDer);
    const { typesAndValues } = new Certificate({ schema: result }).subject;
    const texts = (type: string): string[] =>
      typesAndValues.filter((each) => each.type === type).map((each) => each.value.valueBlock.value);
    const [country] = texts(COUNTRY);
    return texts(SERIAL_NUMBER)
      .filter((text) => text.trim() !== '')
      .map((text) => ({ text, country }));
  } catch {
    return [];
  }
}
