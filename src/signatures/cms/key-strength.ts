import type { KeyObject } from 'node:crypto';

/** Bits. */
const SMALLEST_RSA = 2048;
const SMALLEST_CURVE = 224;

/** Whether a key is too small to prove anything: RSA below 2048 bits, curves of 192 bits and the like, any DSA. */
export function isTooWeak(key: KeyObject): boolean {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'dsa') return true;
  if (modulusLength !== undefined) return modulusLength < SMALLEST_RSA;
  if (namedCurve === undefined || namedCurve === 'SM2') return false;
  // The name of a curve contains its size (`prime192v1`, `secp224r1`), except for small curves of old standards.
  return Number(/\d{3}/.exec(namedCurve)?.[0] ?? 0) < SMALLEST_CURVE;
}
