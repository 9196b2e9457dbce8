import { constants, createHash, sign } from 'node:crypto';

import * as asn1js from 'asn1js';

import type { Identity } from './authority.js';

/** How to make a CMS. What is left out follows PAdES. */
export interface CmsOrder {
  signer: Identity;
  /** Other certificates to include. */
  chain: Identity[];
  digest?: CmsDigest;
  pss?: boolean;
  /** Signed attribute signingTime. */
  signingTime?: Date;
  /** Puts the fingerprint of this certificate in signing-certificate-v2 instead of the signer's. */
  named?: Identity;
  timestamp?: TimestampOrder & { over?: Buffer };
  moreTimestamps?: TimestampOrder[];
  /** Identifiers that replace those of what was really used. */
  digestOid?: string;
  schemeOid?: string;
  /** A false digest, in place of that of the content. */
  contentDigest?: Buffer;
}

export type CmsDigest = 'sha1' | 'sha256' | 'sha384' | 'sha512';

export interface TimestampOrder {
  authority: Identity;
  chain: Identity[];
  at: Date;
  /** The digest of what is stamped. SHA-256 if left out. */
  imprint?: CmsDigest;
  /** The digest of the token's own signature. */
  digest?: CmsDigest;
}

const OIDS = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
} as const;
const DATA = '1.2.840.113549.1.7.1';
const TST_INFO = '1.2.840.113549.1.9.16.1.4';

/** A detached CMS for content with the given digest. */
export function makeCms(contentDigest: Buffer, order: CmsOrder): Buffer {
  return signedData({ contentDigest, ...order, contentType: DATA });
}

function signedData(order: CmsOrder & { contentType: string; contentDigest: Buffer; content?: Buffer }): Buffer {
  const digest = order.digest ?? 'sha256';
  const { signer } = order;
  const attributes = [
    attribute('1.2.840.113549.1.9.3', oid(order.contentType)),
    attribute('1.2.840.113549.1.9.4', octets(order.contentDigest)),
    attribute('1.2.840.113549.1.9.16.2.47', signingCertificate(order.named ?? signer)),
    ...(order.signingTime
      ? [attribute('1.2.840.113549.1.9.5', new asn1js.UTCTime({ valueDate: order.signingTime }))]
      : []),
  ].sort((one, other) => Buffer.compare(der(one), der(other)));
  const value = signatureValue(der(new asn1js.Set({ value: attributes })), digest, order);
  const [issuer, serial] = issuerAndSerial(signer);
  const stamps = [...(order.timestamp === undefined ? [] : [order.timestamp]), ...(order.moreTimestamps ?? [])];
  const unsigned = stamps.map((each) => timestampAttribute(value, each));
  const signerInfo = sequence(
    new asn1js.Integer({ value: 1 }),
    sequence(issuer, serial),
    algorithm(order.digestOid ?? OIDS[digest]),
    tagged(0, attributes),
    signatureAlgorithm(digest, order),
    octets(value),
    ...(unsigned.length === 0 ? [] : [tagged(1, unsigned)]),
  );
  const content = order.content === undefined ? [] : [tagged(0, [octets(order.content)])];
  const data = sequence(
    new asn1js.Integer({ value: order.contentType === DATA ? 1 : 3 }),
    new asn1js.Set({ value: [algorithm(OIDS[digest])] }),
    sequence(oid(order.contentType), ...content),
    tagged(
      0,
      [signer, ...order.chain].map(({ certificate }) => parsed(certificate.raw)),
    ),
    new asn1js.Set({ value: [signerInfo] }),
  );
  return der(sequence(oid('1.2.840.113549.1.7.2'), tagged(0, [data])));
}

function signatureValue(attributes: Buffer, digest: string, { signer, pss }: CmsOrder): Buffer {
  if (!pss) return sign(digest, attributes, signer.key);
  const saltLength = createHash(digest).digest().length;
  return sign(digest, attributes, { key: signer.key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
}

function signatureAlgorithm(digest: CmsDigest, { signer, pss, schemeOid }: CmsOrder): asn1js.AsnType {
  if (signer.key.asymmetricKeyType === 'ec') {
    return sequence(
      oid(
        {
          sha1: '1.2.840.10045.4.1',
          sha256: '1.2.840.10045.4.3.2',
          sha384: '1.2.840.10045.4.3.3',
          sha512: '1.2.840.10045.4.3.4',
        }[digest],
      ),
    );
  }
  if (!pss) return algorithm(schemeOid ?? '1.2.840.113549.1.1.1');
  const hash = algorithm(OIDS[digest]);
  const salt = createHash(digest).digest().length;
  return sequence(
    oid('1.2.840.113549.1.1.10'),
    sequence(
      tagged(0, [hash]),
      tagged(1, [sequence(oid('1.2.840.113549.1.1.8'), hash)]),
      tagged(2, [new asn1js.Integer({ value: salt })]),
    ),
  );
}

function timestampAttribute(value: Buffer, order: NonNullable<CmsOrder['timestamp']>): asn1js.AsnType {
  const imprint = createHash(order.imprint ?? 'sha256')
    .update(order.over ?? value)
    .digest();
  return attribute('1.2.840.113549.1.9.16.2.14', parsed(makeTimestamp(imprint, order)));
}

/** A timestamp token (RFC 3161) for something with the given SHA-256 digest. */
export function makeTimestamp(imprint: Buffer, order: TimestampOrder): Buffer {
  const info = der(
    sequence(
      new asn1js.Integer({ value: 1 }),
      oid('2.999.1'),
      sequence(algorithm(OIDS[order.imprint ?? 'sha256']), octets(imprint)),
      new asn1js.Integer({ value: 77 }),
      new asn1js.GeneralizedTime({ valueDate: order.at }),
    ),
  );
  return signedData({
    signer: order.authority,
    chain: order.chain,
    contentType: TST_INFO,
    content: info,
    contentDigest: createHash(order.digest ?? 'sha256')
      .update(info)
      .digest(),
    ...(order.digest === undefined ? {} : { digest: order.digest }),
  });
}

/** SigningCertificateV2. Its digest algorithm is SHA-256, which is the default and so is not written. */
function signingCertificate({ certificate }: Identity): asn1js.AsnType {
  return sequence(sequence(sequence(octets(createHash('sha256').update(certificate.raw).digest()))));
}

/** From the DER of the certificate: version, serialNumber, signature, issuer. */
function issuerAndSerial({ certificate }: Identity): [asn1js.AsnType, asn1js.AsnType] {
  const whole = parsed(certificate.raw);
  const fields = whole instanceof asn1js.Sequence ? whole.valueBlock.value[0] : undefined;
  const [, serial, , issuer] = fields instanceof asn1js.Sequence ? fields.valueBlock.value : [];
  if (serial === undefined || issuer === undefined) throw new Error('not a certificate');
  return [issuer, serial];
}

const sequence = (...value: asn1js.AsnType[]): asn1js.AsnType => new asn1js.Sequence({ value });
const oid = (value: string): asn1js.AsnType => new asn1js.ObjectIdentifier({ value });
const octets = (value: Buffer): asn1js.AsnType => new asn1js.OctetString({ valueHex: new Uint8Array(value) });
const algorithm = (value: string): asn1js.AsnType => sequence(oid(value), new asn1js.Null());
const attribute = (type: string, value: asn1js.AsnType): asn1js.AsnType =>
  sequence(oid(type), new asn1js.Set({ value: [value] }));
const tagged = (tagNumber: number, value: asn1js.AsnType[]): asn1js.AsnType =>
  new asn1js.Constructed({ idBlock: { tagClass: 3, tagNumber }, value });
const parsed = (bytes: Buffer): asn1js.AsnType => asn1js.fromBER(new Uint8Array(bytes)).result;
const der = (block: asn1js.AsnType): Buffer => Buffer.from(block.toBER());
