import { lengthOfElement } from './der-nesting.js';

/** A BER element in a buffer. Nothing is copied, and its content is read only on demand. */
export interface DerElement {
  /** The first byte: class, constructed or not, number. */
  tag: number;
  /** The whole element. */
  bytes: Buffer;
  /** The bytes between its header and its end. */
  content: Buffer;
}

export const TAG = {
  integer: 0x02,
  octets: 0x04,
  constructedOctets: 0x24,
  oid: 0x06,
  sequence: 0x30,
  set: 0x31,
  /** `[n]` that holds other elements. */
  context: (number: number) => 0xa0 + number,
  /** `[n]` that holds a value. */
  plainContext: (number: number) => 0x80 + number,
} as const;

/** The bytes are not the expected element. */
export class DerError extends Error {
  override readonly name = 'DerError';
}

/** The first element. Throws `DerError` if it is not well nested. */
export function firstElement(bytes: Buffer): DerElement {
  const length = lengthOfElement(bytes);
  if (length === undefined) throw new DerError('not well nested');
  return elementOf(bytes.subarray(0, length));
}

/** The children of a constructed element. `element` comes from `firstElement`, or from here. */
export function childrenOf({ content }: DerElement): DerElement[] {
  const children: DerElement[] = [];
  for (let at = 0; at < content.length;) {
    const length = lengthOfElement(content, at);
    if (length === undefined) throw new DerError('not well nested');
    children.push(elementOf(content.subarray(at, at + length)));
    at += length;
  }
  return children;
}

/** The text of an OCTET STRING, which BER may write in pieces. */
export function octetsOf(element: DerElement | undefined): Buffer {
  if (element?.tag === TAG.octets) return element.content;
  if (element?.tag === TAG.constructedOctets) return Buffer.concat(childrenOf(element).map(octetsOf));
  throw new DerError('no octet string');
}

/** An object identifier in its usual writing: `1.2.840.113549`. */
export function oidOf(element: DerElement | undefined): string {
  if (element?.tag !== TAG.oid || element.content.length === 0 || element.content.length > 64) {
    throw new DerError('no object identifier');
  }
  const numbers: number[] = [];
  let number = 0;
  for (const byte of element.content) {
    number = number * 128 + (byte & 0x7f);
    if ((byte & 0x80) !== 0) continue;
    numbers.push(number);
    number = 0;
  }
  const [first = 0, ...rest] = numbers;
  const arc = Math.min(2, Math.floor(first / 40));
  return [arc, first - arc * 40, ...rest].join('.');
}

function elementOf(bytes: Buffer): DerElement {
  const first = bytes[1] ?? 0;
  const header = first > 0x80 ? 2 + (first & 0x7f) : 2;
  const end = first === 0x80 ? bytes.length - 2 : bytes.length;
  return { tag: bytes[0] ?? 0, bytes, content: bytes.subarray(header, end) };
}
