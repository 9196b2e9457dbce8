import { OID } from '../cms/algorithms.js';
import { CmsError, readCertificate, readCms, withCmsErrors } from '../cms/cms.js';
import { childrenOf, DerError, firstElement, TAG, type DerElement } from '../cms/der-elements.js';
import type { Budget } from '../pdf/budget.js';

/** Whether bytes are exactly one item of a document security store, without extra bytes. */
export type IsData = (der: Buffer, budget: Budget) => boolean;

const TIMES = [0x17, 0x18];
const BITS = 0x03;
const BASIC_RESPONSE = '2b0601050507300101';

export const isCertificate: IsData = (der) =>
  isOne(der, () => withCmsErrors(() => readCertificate(der)).x509.raw.equals(der));

/** RFC 5280, 5.1. */
export const isRevocationList: IsData = (der, budget) =>
  isOne(der, (whole) => {
    const [fields] = parts(whole, budget, [[TAG.sequence], [TAG.sequence], [BITS]]);
    const list = parts(fields, budget, [
      [TAG.integer, 'or none'],
      [TAG.sequence],
      [TAG.sequence],
      TIMES,
      [...TIMES, 'or none'],
      [TAG.sequence, 'or none'],
      [TAG.context(0), 'or none'],
    ])[5];
    for (const entry of eachIn(list)) parts(entry, budget, [[TAG.integer], TIMES, [TAG.sequence, 'or none']]);
    return true;
  });

/** RFC 6960, 4.2.1: a successful response. */
export const isOcspResponse: IsData = (der, budget) =>
  isOne(der, (whole) => {
    const tagged = parts(whole, budget, [[0x0a], [TAG.context(0)]])[1];
    const [typed] = parts(tagged, budget, [[TAG.sequence]]);
    const [type, octets] = parts(typed, budget, [[TAG.oid], [TAG.octets]]);
    if (type?.content.toString('hex') !== BASIC_RESPONSE || octets === undefined) return false;
    return isOne(octets.content, (answer) => {
      const [fields] = parts(answer, budget, [[TAG.sequence], [TAG.sequence], [BITS], [TAG.context(0), 'or none']]);
      parts(fields, budget, [
        [TAG.context(0), 'or none'],
        [TAG.context(1), TAG.context(2)],
        [0x18],
        [TAG.sequence],
        [TAG.context(1), 'or none'],
      ]);
      return true;
    });
  });

/** RFC 3161, 2.4.2. */
export const isTimestampToken: IsData = (der, budget) =>
  isOne(der, (whole) => {
    parts(whole, budget, [[TAG.oid], [TAG.context(0)]]);
    const { contentType, content } = readCms(der);
    return contentType === OID.timestampInfo && content !== undefined;
  });

/** Read one after the other, because there may be hundreds of thousands. */
function* eachIn(list: DerElement | undefined): Generator<DerElement> {
  for (let rest = list?.content ?? Buffer.alloc(0); rest.length > 0;) {
    const element = firstElement(rest);
    yield element;
    rest = rest.subarray(element.bytes.length);
  }
}

function isOne(der: Buffer, holds: (whole: DerElement) => boolean): boolean {
  try {
    const whole = firstElement(der);
    return whole.bytes.length === der.length && holds(whole);
  } catch (error) {
    if (error instanceof CmsError || error instanceof DerError) return false;
    throw error;
  }
}

/** The tags that a part may have, and whether it may be left out. */
type Part = readonly (number | 'or none')[];

/** The parts of an element, in this order and no others. Undefined for a part that is left out. Throws `DerError`. */
function parts(element: DerElement | undefined, budget: Budget, expected: readonly Part[]): (DerElement | undefined)[] {
  const children = element === undefined ? [] : childrenOf(element);
  budget.take('asn1Nodes');
  const found = expected.map((part) => {
    if (part.includes(children[0]?.tag ?? -1)) return children.shift();
    if (part.includes('or none')) return undefined;
    throw new DerError('a part is missing');
  });
  if (children.length > 0) throw new DerError('more than belongs there');
  return found;
}
