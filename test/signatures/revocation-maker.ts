import { createHash, sign } from 'node:crypto';

import * as asn1js from 'asn1js';

import type { Identity } from './authority.js';

/** A revocation list (RFC 5280, 5.1) that revokes this many certificates. */
export function makeRevocationList(issuer: Identity, { revoked = 0 } = {}): Buffer {
  const entries = Array.from({ length: revoked }, (_, value) => sequence(new asn1js.Integer({ value }), utcTime()));
  const list = revoked === 0 ? [] : [sequence(...entries)];
  const fields = sequence(new asn1js.Integer({ value: 1 }), SHA256_RSA(), nameOf(issuer), utcTime(), ...list);
  return signed(fields, issuer);
}

/** An OCSP answer (RFC 6960, 4.2.1) that says that the certificate is good. */
export function makeOcspResponse(issuer: Identity, about: Identity): Buffer {
  const hash = (bytes: Buffer) => octets(createHash('sha1').update(bytes).digest());
  const certificate = sequence(
    sequence(oid('1.3.14.3.2.26'), new asn1js.Null()),
    hash(der(nameOf(issuer))),
    hash(issuer.certificate.publicKey.export({ type: 'spki', format: 'der' })),
    new asn1js.Integer({ valueHex: new Uint8Array(Buffer.from(about.certificate.serialNumber, 'hex')) }),
  );
  const good = new asn1js.Primitive({ idBlock: { tagClass: 3, tagNumber: 0 } });
  const fields = sequence(
    new asn1js.Constructed({ idBlock: { tagClass: 3, tagNumber: 1 }, value: [nameOf(issuer)] }),
    time(),
    sequence(sequence(certificate, good, time())),
  );
  const answer = sequence(oid('1.3.6.1.5.5.7.48.1.1'), octets(signed(fields, issuer)));
  const tagged = new asn1js.Constructed({ idBlock: { tagClass: 3, tagNumber: 0 }, value: [answer] });
  return der(sequence(new asn1js.Enumerated({ value: 0 }), tagged));
}

function signed(fields: asn1js.AsnType, { key }: Identity): Buffer {
  const value = sign('sha256', der(fields), key);
  return der(sequence(fields, SHA256_RSA(), new asn1js.BitString({ valueHex: new Uint8Array(value) })));
}

/** The subject. From the DER of the certificate: version, serialNumber, signature, issuer, validity, subject. */
function nameOf({ certificate }: Identity): asn1js.AsnType {
  const whole = asn1js.fromBER(new Uint8Array(certificate.raw)).result;
  const fields = whole instanceof asn1js.Sequence ? whole.valueBlock.value[0] : undefined;
  const name = fields instanceof asn1js.Sequence ? fields.valueBlock.value[5] : undefined;
  if (name === undefined) throw new Error('not a certificate');
  return name;
}

const sequence = (...value: asn1js.AsnType[]): asn1js.AsnType => new asn1js.Sequence({ value });
const oid = (value: string): asn1js.AsnType => new asn1js.ObjectIdentifier({ value });
const octets = (value: Buffer): asn1js.AsnType => new asn1js.OctetString({ valueHex: new Uint8Array(value) });
const utcTime = (): asn1js.AsnType => new asn1js.UTCTime({ valueDate: new Date() });
const time = (): asn1js.AsnType => new asn1js.GeneralizedTime({ valueDate: new Date() });
const SHA256_RSA = (): asn1js.AsnType => sequence(oid('1.2.840.113549.1.1.11'), new asn1js.Null());
const der = (block: asn1js.AsnType): Buffer => Buffer.from(block.toBER());
