import * as asn1js from 'asn1js';
import {
  BasicOCSPResponse,
  CertificateRevocationList,
  ContentInfo,
  OCSPResponse,
  TSTInfo,
  type PkiObject,
} from 'pkijs';

import { OID } from './cms/algorithms.js';
import { CmsError, readCertificate, readCms, refusing } from './cms/cms.js';
import { lengthOfElement } from './cms/der-nesting.js';

/** Whether bytes are one of the things that a document security store keeps, whole and with nothing beside it. */
export type IsData = (der: Buffer) => boolean;

export const isCertificate: IsData = (der) => isOne(der, () => readCertificate(der).x509.raw);

export const isRevocationList: IsData = (der) =>
  isOne(der, () => encoded(new CertificateRevocationList({ schema: parsed(der) })));

/** An answer that says something. */
export const isOcspResponse: IsData = (der) =>
  isOne(der, () => {
    const response = new OCSPResponse({ schema: parsed(der) });
    const answer = Buffer.from(response.responseBytes?.response.getValue() ?? new ArrayBuffer());
    const isAnswer = isOne(answer, () => encoded(new BasicOCSPResponse({ schema: parsed(answer) })));
    return isAnswer ? encoded(response) : Buffer.alloc(0);
  });

export const isTimestampToken: IsData = (der) =>
  isOne(der, () => {
    const { contentType, content } = readCms(der);
    if (contentType !== OID.timestampInfo || content === undefined) return Buffer.alloc(0);
    TSTInfo.fromBER(content);
    return encoded(new ContentInfo({ schema: parsed(der) }));
  });

/** What was read must give the same bytes again: pkijs reads past elements that it does not know. */
function isOne(der: Buffer, readAgain: () => Buffer): boolean {
  if (lengthOfElement(der) !== der.length) return false;
  try {
    return refusing(readAgain).equals(der);
  } catch (error) {
    if (error instanceof CmsError) return false;
    throw error;
  }
}

function encoded(structure: PkiObject): Buffer {
  return Buffer.from(structure.toSchema().toBER());
}

function parsed(der: Buffer): asn1js.AsnType {
  return asn1js.fromBER(der).result;
}
