import { isWhole, numberIn, PdfSyntaxError, type PdfDictionary } from './syntax.js';

/** Where a cross-reference section says that an object is. Offsets in the file, bytes. */
export type XrefEntry =
  | { kind: 'free' }
  | { kind: 'at'; offset: number }
  | { kind: 'within'; container: number; index: number };

export interface XrefSection {
  offset: number;
  /** Of the stream that it is; a table has none. */
  number?: number;
  dictionary: PdfDictionary;
  entries: ReadonlyMap<number, XrefEntry>;
}

/**
 * Adds an entry with its three fields (ISO 32000-1, 7.5.8.3). Throws `PdfSyntaxError` for one that there is already, and for objects of
 * another generation than the first, which nothing of today writes.
 */
export function addEntry(
  entries: Map<number, XrefEntry>,
  number: number,
  type: number,
  second: number,
  third: number,
): void {
  const kinds: (XrefEntry | undefined)[] = [
    { kind: 'free' },
    third === 0 ? { kind: 'at', offset: second } : undefined,
    { kind: 'within', container: second, index: third },
  ];
  const entry = kinds[type];
  if (entry === undefined || entries.has(number))
    throw new PdfSyntaxError('an entry of a cross-reference section that we do not know how to read');
  entries.set(number, entry);
}

/** The entries of a cross-reference stream (ISO 32000-1, 7.5.8). Throws `PdfSyntaxError`. */
export function entriesOfStream(dictionary: PdfDictionary, stream: Buffer): XrefSection['entries'] {
  const [typeWidth, secondWidth, thirdWidth, ...more] = numbersIn(dictionary, 'W');
  if (typeWidth === undefined || secondWidth === undefined || thirdWidth === undefined || more.length > 0)
    throw new PdfSyntaxError('a cross-reference stream without widths');
  const index = dictionary.entries.has('Index')
    ? numbersIn(dictionary, 'Index')
    : [0, numberIn(dictionary, 'Size') ?? 0];
  const entries = new Map<number, XrefEntry>();
  if (typeWidth + secondWidth + thirdWidth === 0) throw new PdfSyntaxError('a cross-reference stream of empty entries');
  let at = 0;
  const field = (width: number, otherwise: number): number => {
    if (width === 0) return otherwise;
    const bytes = stream.subarray(at, at + width);
    const leading = bytes.subarray(0, -6);
    if (bytes.length < width || leading.some((byte) => byte !== 0))
      throw new PdfSyntaxError('a cross-reference stream cannot be read');
    at += width;
    return bytes.readUIntBE(leading.length, width - leading.length);
  };
  for (let pair = 0; pair < index.length; pair += 2) {
    const [first = 0, count = 0] = index.slice(pair);
    for (let number = first; number < first + count; number += 1) {
      addEntry(entries, number, field(typeWidth, 1), field(secondWidth, 0), field(thirdWidth, 0));
    }
  }
  if (at !== stream.length) throw new PdfSyntaxError('a cross-reference stream is too long');
  return entries;
}

function numbersIn(dictionary: PdfDictionary, key: string): number[] {
  const value = dictionary.entries.get(key);
  const items = value?.kind === 'array' ? value.items : [];
  return items.map((item) => {
    if (isWhole(item)) return item.value;
    throw new PdfSyntaxError(`/${key} holds something else than numbers`);
  });
}
