import type { Budget } from './budget.js';
import type { FileStart } from './file-start.js';
import { readIndirect, streamOf } from './indirect-object.js';
import { PdfStructureError } from './structure-error.js';
import {
  isWhole,
  nameIn,
  numberIn,
  PdfSyntaxError,
  readPdfValue,
  skipWhite,
  wordAt,
  type PdfDictionary,
} from './syntax.js';

/** Where a cross-reference section says that an object is. Offsets in the file, in bytes. */
export type XrefEntry =
  | { kind: 'free' }
  | { kind: 'at'; offset: number; generation: number }
  | { kind: 'within'; container: number; index: number };

/** A table with its trailer, or a stream (ISO 32000-1, 7.5.4 and 7.5.8). */
export interface XrefSection {
  kind: 'table' | 'stream';
  offset: number;
  /** Of the stream that it is; a table has none. */
  number?: number;
  /** The trailer, or the dictionary of the stream. */
  dictionary: PdfDictionary;
  entries: ReadonlyMap<number, XrefEntry>;
  /** Of a hybrid file: the stream that its trailer names in `/XRefStm` (7.5.8.4). */
  hybrid?: XrefSection;
}

/** Far more revisions than real documents have. */
const MOST_SECTIONS = 1000;
/** Readers search so many last bytes for the end-of-file marker (ISO 32000-1, annex H). */
const TAIL = 1024;
/** DOS added this byte to the end of a file. */
const END_OF_TEXT = '\u001a';
const ENTRY = /(\d{10}) (\d{5}) ([fn])[\0\t\n\f\r ]{1,3}/y;
const LONGEST_ENTRY = 21;

/**
 * The cross-reference sections that the end of the file leads to, the newest first.
 *
 * Throws `PdfStructureError`, `PdfSyntaxError`, and `TooComplexError`.
 */
export async function readSections(file: FileStart, budget: Budget): Promise<XrefSection[]> {
  const sections: XrefSection[] = [];
  const seen = new Set<number>();
  for (let next: number | undefined = await findStart(file); next !== undefined;) {
    if (seen.has(next)) throw new PdfStructureError('cross-reference sections lead in a circle');
    if (seen.size >= MOST_SECTIONS) throw new PdfStructureError('there are too many cross-reference sections');
    seen.add(next);
    const section = await readSection(file, next, budget);
    const stream = offsetIn(section.dictionary, 'XRefStm');
    if (section.kind === 'table' && stream !== undefined) {
      section.hybrid = await readSection(file, stream, budget);
      if (section.hybrid.kind !== 'stream') throw new PdfStructureError('/XRefStm does not lead to a stream');
    }
    sections.push(section);
    next = offsetIn(section.dictionary, 'Prev');
  }
  return sections;
}

/** The entry for each object number, as a reader finds it from the newest section. */
export function mergedEntries(sections: readonly XrefSection[]): ReadonlyMap<number, XrefEntry> {
  const [only, ...others] = sections;
  if (only !== undefined && only.hybrid === undefined && others.length === 0) return only.entries;
  const merged = new Map<number, XrefEntry>();
  for (const { entries, hybrid } of sections) {
    for (const [number, entry] of entries) {
      // Readers that do not know streams see these objects as free.
      const hidden = entry.kind === 'free' ? hybrid?.entries.get(number) : undefined;
      if (!merged.has(number)) merged.set(number, hidden ?? entry);
    }
    for (const [number, entry] of hybrid?.entries ?? []) if (!merged.has(number)) merged.set(number, entry);
  }
  return merged;
}

/** Some programs write 0 if there is none. */
function offsetIn(dictionary: PdfDictionary, key: string): number | undefined {
  const value = dictionary.entries.get(key);
  if (value === undefined) return undefined;
  if (!isWhole(value)) throw new PdfStructureError(`/${key} is not an offset`);
  return value.value === 0 ? undefined : value.value;
}

/** The offset after the last `startxref`. */
async function findStart(file: FileStart): Promise<number> {
  const from = Math.max(0, file.end - TAIL);
  const tail = (await file.read(from, TAIL)).toString('latin1');
  const end = tail.lastIndexOf('%%EOF');
  if (end < 0) throw new PdfStructureError('the end-of-file marker is missing', 'truncated');
  // Only padding may follow the marker. Anything else is an update that was cut, or junk.
  if (!/^[\0\t\n\f\r ]*$/.test(tail.slice(end + 5).replaceAll(END_OF_TEXT, '')))
    throw new PdfStructureError('there are bytes after the end-of-file marker', 'truncated');
  const start = tail.lastIndexOf('startxref', end);
  const found = start < 0 ? null : /^startxref[\0\t\n\f\r ]+(\d{1,15})[\0\t\n\f\r ]+$/.exec(tail.slice(start, end));
  if (found === null) throw new PdfStructureError('startxref is missing before the end-of-file marker', 'truncated');
  return Number(found[1]);
}

/** The section at an offset. Throws as `readSections` does. */
export async function readSection(file: FileStart, offset: number, budget: Budget): Promise<XrefSection> {
  const head = await file.read(offset, 1024);
  const start = skipWhite(head, 0);
  if (wordAt(head, start) === 'xref') return readTable(file, offset, offset + start + 4, budget);
  const object = /^\d/.test(head.toString('latin1', start, start + 1))
    ? await readIndirect(file, offset, budget)
    : undefined;
  if (object?.value.kind !== 'dictionary' || nameIn(object.value, 'Type') !== 'XRef')
    throw new PdfStructureError('an offset does not lead to a cross-reference section');
  const dictionary = object.value;
  const stream = await streamOf(file, object, numberIn(dictionary, 'Length'), budget);
  const entries = entriesOf(dictionary, stream, budget);
  return { kind: 'stream', offset, number: object.number, dictionary, entries };
}

async function readTable(file: FileStart, offset: number, from: number, budget: Budget): Promise<XrefSection> {
  const entries = new Map<number, XrefEntry>();
  for (let position = from; ;) {
    const head = await file.read(position, 1024);
    const start = skipWhite(head, 0);
    if (wordAt(head, start) === 'trailer') {
      const dictionary = await readDictionary(file, position + start + 7, budget);
      return { kind: 'table', offset, dictionary, entries };
    }
    const subsection = /^(\d{1,10}) +(\d{1,10})[\0\t\f ]*(\r\n|\r|\n)/.exec(head.toString('latin1', start, start + 64));
    if (subsection === null) throw new PdfStructureError('a cross-reference table cannot be read');
    const [first, count] = [Number(subsection[1]), Number(subsection[2])];
    position += start + subsection[0].length;
    position += await readSubsection(file, position, { first, count }, entries, budget);
  }
}

/** Returns its length in bytes. */
async function readSubsection(
  file: FileStart,
  position: number,
  { first, count }: { first: number; count: number },
  entries: Map<number, XrefEntry>,
  budget: Budget,
): Promise<number> {
  if (count * 19 > file.end - position) throw new PdfStructureError('a cross-reference table has no end', 'truncated');
  budget.take('entries', count);
  budget.take('parsedBytes', count * 20);
  const text = (await file.read(position, (count + 1) * LONGEST_ENTRY)).toString('latin1');
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    ENTRY.lastIndex = at;
    const entry = ENTRY.exec(text);
    if (entry === null) throw new PdfStructureError('an entry of a cross-reference table cannot be read');
    at = ENTRY.lastIndex;
    add(entries, first + index, entry[3] === 'f' ? 0 : 1, Number(entry[1]), Number(entry[2]));
  }
  return at;
}

async function readDictionary(file: FileStart, position: number, budget: Budget): Promise<PdfDictionary> {
  for (let length = 4096; ; length *= 16) {
    const bytes = await file.read(position, length);
    try {
      const value = readPdfValue(bytes, 0, budget);
      budget.take('parsedBytes', value.end);
      if (value.kind === 'dictionary') return value;
      throw new PdfStructureError('a trailer is not a dictionary');
    } catch (error) {
      if (!(error instanceof PdfSyntaxError && error.incomplete) || bytes.length < length) throw error;
      budget.take('parsedBytes', bytes.length);
    }
  }
}

/** The entries of a cross-reference stream (ISO 32000-1, 7.5.8.3). */
function entriesOf(dictionary: PdfDictionary, stream: Buffer, budget: Budget): XrefSection['entries'] {
  const widths = numbersIn(dictionary, 'W');
  const index = dictionary.entries.has('Index')
    ? numbersIn(dictionary, 'Index')
    : [0, numberIn(dictionary, 'Size') ?? 0];
  const [typeWidth = 0, secondWidth = 0, thirdWidth = 0] = widths;
  const width = typeWidth + secondWidth + thirdWidth;
  if (widths.length !== 3 || widths.some((one) => one > 8) || width === 0 || index.length % 2 !== 0)
    throw new PdfStructureError('a cross-reference stream has no widths');
  const entries = new Map<number, XrefEntry>();
  let at = 0;
  const field = (length: number, otherwise: number): number => {
    if (length === 0) return otherwise;
    const most = Math.min(length, 6);
    const leading = length - most;
    if (stream.subarray(at, at + leading).some((byte) => byte !== 0))
      throw new PdfStructureError('a cross-reference stream cannot be read');
    const value = stream.readUIntBE(at + leading, most);
    at += length;
    return value;
  };
  for (let pair = 0; pair < index.length; pair += 2) {
    const [first = 0, count = 0] = index.slice(pair);
    if (count * width > stream.length - at) throw new PdfStructureError('a cross-reference stream is too short');
    budget.take('entries', count);
    for (let number = first; number < first + count; number += 1) {
      add(entries, number, field(typeWidth, 1), field(secondWidth, 0), field(thirdWidth, 0));
    }
  }
  return entries;
}

function add(entries: Map<number, XrefEntry>, number: number, type: number, second: number, third: number): void {
  // Entries of unknown types mean null objects.
  let entry: XrefEntry = { kind: 'free' };
  if (type === 1) entry = second === 0 ? entry : { kind: 'at', offset: second, generation: third };
  if (type === 2) entry = { kind: 'within', container: second, index: third };
  if (entries.has(number)) throw new PdfStructureError('a cross-reference section lists an object twice');
  entries.set(number, entry);
}

function numbersIn(dictionary: PdfDictionary, key: string): number[] {
  const value = dictionary.entries.get(key);
  const items = value?.kind === 'array' ? value.items : [];
  return items.map((item) => {
    if (isWhole(item)) return item.value;
    throw new PdfStructureError(`/${key} contains values that are not numbers`);
  });
}
