import { randomBytes } from 'node:crypto';
import { GeneralizedTime, Integer, Null } from 'asn1js';
import type { SingleUseCertificate } from './certificates.js';
import { signData } from './cms.js';
import { octets, oid, sequence, sha256 } from './der.js';

const TST_INFO = '1.2.840.113549.1.9.16.1.4';
const SHA256 = '2.16.840.1.101.3.4.2.1';
/** From the arc for examples and tests, so it names no real policy. */
const TEST_POLICY = '2.999.2';

/**
 * A timestamp token (RFC 3161).
 * @param stamped the bytes whose time is proven
 * @returns DER
 */
export async function makeTimestamp(
  stamped: Uint8Array,
  at: Date,
  authority: SingleUseCertificate,
): Promise<Uint8Array> {
  const info = sequence(
    new Integer({ value: 1 }),
    oid(TEST_POLICY),
    sequence(sequence(oid(SHA256), new Null()), octets(sha256(stamped))),
    new Integer({ value: randomBytes(4).readUInt32BE() >>> 1 }),
    new GeneralizedTime({ valueDate: at }),
  );
  return signData(TST_INFO, new Uint8Array(info.toBER()), authority);
}
