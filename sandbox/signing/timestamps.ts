import { createHash, randomBytes } from 'node:crypto';
import { GeneralizedTime, Integer, Null, ObjectIdentifier, OctetString, Sequence } from 'asn1js';
import type { SingleUseCertificate } from './certificates.js';
import { signData } from './cms.js';

const TST_INFO = '1.2.840.113549.1.9.16.1.4';
const SHA256 = '2.16.840.1.101.3.4.2.1';
/** From the arc for examples and tests: no real policy is claimed. */
const TEST_POLICY = '2.999.2';

/**
 * A timestamp token (RFC 3161).
 * @param stamped what the time is proven of
 * @returns DER
 */
export async function makeTimestamp(
  stamped: Uint8Array,
  at: Date,
  authority: SingleUseCertificate,
): Promise<Uint8Array> {
  const imprint = createHash('sha256').update(stamped).digest();
  const info = new Sequence({
    value: [
      new Integer({ value: 1 }),
      new ObjectIdentifier({ value: TEST_POLICY }),
      new Sequence({
        value: [
          new Sequence({ value: [new ObjectIdentifier({ value: SHA256 }), new Null()] }),
          new OctetString({ valueHex: new Uint8Array(imprint).buffer }),
        ],
      }),
      new Integer({ value: randomBytes(4).readUInt32BE() >>> 1 }),
      new GeneralizedTime({ valueDate: at }),
    ],
  });
  return signData(TST_INFO, new Uint8Array(info.toBER()), authority);
}
