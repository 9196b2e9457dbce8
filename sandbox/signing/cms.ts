import { fromBER, Integer, type BaseBlock } from 'asn1js';
import {
  Attribute,
  Certificate,
  ContentInfo,
  CryptoEngine,
  EncapsulatedContentInfo,
  GeneralName,
  GeneralNames,
  IssuerAndSerialNumber,
  SignedAndUnsignedAttributes,
  SignedData,
  SignerInfo,
} from 'pkijs';
import type { X509Certificate } from './x509.js';
import type { SingleUseCertificate } from './certificates.js';
import { octets, oid, sequence, sha256 } from './der.js';

const DATA = '1.2.840.113549.1.7.1';
const SIGNED_DATA = '1.2.840.113549.1.7.2';
const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47';
const TIMESTAMP_TOKEN = '1.2.840.113549.1.9.16.2.14';

/**
 * A detached CMS signature for PAdES baseline B. The signed attributes are contentType, messageDigest and signing-certificate-v2.
 * There is no signing-time: the PDF has it as /M.
 * @param digest SHA-256 of the signed bytes
 * @param stamp gives a timestamp token over the signature's value (PAdES baseline B-T)
 * @returns DER
 */
export async function signDetached(
  digest: Uint8Array,
  signer: SingleUseCertificate,
  stamp?: (value: Uint8Array) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const signedData = await signedDataOf(new EncapsulatedContentInfo({ eContentType: DATA }), digest, signer);
  const [info] = signedData.signerInfos;
  if (stamp !== undefined && info !== undefined) {
    const token = await stamp(new Uint8Array(info.signature.getValue()));
    const attribute = new Attribute({ type: TIMESTAMP_TOKEN, values: [fromBER(token).result] });
    info.unsignedAttrs = new SignedAndUnsignedAttributes({ type: 1, attributes: [attribute] });
  }
  return derOf(signedData);
}

/** A CMS that contains its content. Returns DER. */
export async function signData(type: string, content: Uint8Array, signer: SingleUseCertificate): Promise<Uint8Array> {
  const encapsulated = new EncapsulatedContentInfo({ eContentType: type });
  // The constructor would cut it into pieces, which DER forbids.
  encapsulated.eContent = octets(content);
  return derOf(await signedDataOf(encapsulated, sha256(content), signer));
}

function derOf(signedData: SignedData): Uint8Array {
  const content = new ContentInfo({ contentType: SIGNED_DATA, content: signedData.toSchema(true) });
  return new Uint8Array(content.toSchema().toBER());
}

async function signedDataOf(
  encapContentInfo: EncapsulatedContentInfo,
  digest: Uint8Array,
  signer: SingleUseCertificate,
): Promise<SignedData> {
  const type = encapContentInfo.eContentType;
  const certificate = parsed(signer.certificate);
  const certificates = [certificate, ...signer.chain.map(parsed)];
  const engine = new CryptoEngine({ name: 'node', crypto });
  const sid = new IssuerAndSerialNumber({ issuer: certificate.issuer, serialNumber: certificate.serialNumber });
  const signedData = new SignedData({
    version: type === DATA ? 1 : 3,
    encapContentInfo,
    certificates,
    signerInfos: [
      new SignerInfo({
        version: 1,
        sid,
        signedAttrs: new SignedAndUnsignedAttributes({
          type: 0,
          attributes: inDerOrder([
            new Attribute({ type: CONTENT_TYPE, values: [oid(type)] }),
            new Attribute({ type: MESSAGE_DIGEST, values: [octets(digest)] }),
            new Attribute({ type: SIGNING_CERTIFICATE_V2, values: [signingCertificate(certificate, signer)] }),
          ]),
        }),
      }),
    ],
  });
  await signedData.sign(signer.key, 0, 'SHA-256', undefined, engine);
  return signedData;
}

const known = new WeakMap<X509Certificate, Certificate>();

/** Parsed once, because every signature contains the certificates of the authorities. */
function parsed(certificate: X509Certificate): Certificate {
  const found = known.get(certificate) ?? Certificate.fromBER(certificate.rawData);
  known.set(certificate, found);
  return found;
}

/** SigningCertificateV2 (RFC 5035) with SHA-256. SHA-256 is the default, so it is not written. */
function signingCertificate(certificate: Certificate, signer: SingleUseCertificate): BaseBlock {
  const hash = sha256(new Uint8Array(signer.certificate.rawData));
  const issuer = new GeneralNames({ names: [new GeneralName({ type: 4, value: certificate.issuer })] });
  const serialNumber = new Integer({ valueHex: certificate.serialNumber.valueBlock.valueHexView });
  return sequence(sequence(sequence(octets(hash), sequence(issuer.toSchema(), serialNumber))));
}

/** DER sorts a SET OF by its encoding. Otherwise, a validator that encodes it again would see another signature. */
function inDerOrder(attributes: Attribute[]): Attribute[] {
  const encoded = attributes.map((attribute) => ({
    attribute,
    der: Buffer.from(attribute.toSchema().toBER()),
  }));
  return encoded.sort((one, other) => Buffer.compare(one.der, other.der)).map((each) => each.attribute);
}
