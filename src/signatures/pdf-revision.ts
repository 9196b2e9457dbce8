import { inflateSync } from 'node:zlib';
import {
  isWhite,
  isWhole,
  nameIn,
  numberIn,
  PdfSyntaxError,
  readPdfValue,
  type PdfDictionary,
  type PdfValue,
} from './pdf-syntax.js';

/** An object of an update: its value, the bytes that `value.start` and `value.end` count in, and its stream, decoded. */
export interface PdfObject {
  value: PdfValue;
  bytes: Buffer;
  stream?: Buffer;
}

/** Where a cross-reference section says that an object is. Offsets in the file, bytes. */
export type XrefEntry = { kind: 'free' } | { kind: 'at'; offset: number } | { kind: 'within'; container: number };

export interface XrefSection {
  offset: number;
  dictionary: PdfDictionary;
  entries: ReadonlyMap<number, XrefEntry>;
}

/** What an incremental update, or several, wrote (ISO 32000-1, 7.5.6). */
export interface PdfUpdate {
  /** Every object written, by number; the newest last. */
  objects: ReadonlyMap<number, readonly PdfObject[]>;
  /** Where the objects that stand by themselves begin, by offset in the file. */
  places: ReadonlyMap<number, number>;
  /** Oldest first. */
  sections: readonly XrefSection[];
  /** What each `startxref` says, in the same order. */
  starts: readonly number[];
}

/** A stream that grows beyond this when it is decoded is no validation material. Bytes. */
const LARGEST_STREAM = 16 * 1024 * 1024;

/**
 * Reads bytes as incremental updates and nothing else: objects, cross-reference sections, ends. `offset` is their place in the
 * file. Undefined for anything else or what we do not know how to read.
 */
export function readUpdates(bytes: Buffer, offset: number): PdfUpdate | undefined {
  try {
    return new UpdateReader(bytes, offset).read();
  } catch (error) {
    if (error instanceof PdfSyntaxError) return undefined;
    throw error;
  }
}

/** Reads one cross-reference section at the beginning of `bytes`: a table with its trailer, or a stream. Throws `PdfSyntaxError`. */
export function readXrefSection(bytes: Buffer, offset: number): XrefSection {
  const [section] = new UpdateReader(bytes, offset).step().sections;
  if (section === undefined) throw new PdfSyntaxError('no cross-reference section');
  return section;
}

/** Reads one object at the beginning of `bytes`; where that is an object stream, one within. Throws `PdfSyntaxError`. */
export function readObject(bytes: Buffer, number: number): PdfObject | undefined {
  return new UpdateReader(bytes, 0).step().objects.get(number)?.at(-1);
}

class UpdateReader {
  readonly #sections: XrefSection[] = [];
  readonly #starts: number[] = [];
  readonly #objects = new Map<number, PdfObject[]>();
  readonly #places = new Map<number, number>();
  #at = 0;

  constructor(
    private readonly bytes: Buffer,
    private readonly offset: number,
  ) {}

  read(): PdfUpdate {
    for (this.#skipWhite(); this.#at < this.bytes.length; this.#skipWhite()) this.step();
    return this.#found;
  }

  /** One object, table with trailer, `startxref`, or comment; with what was found so far. */
  step(): PdfUpdate {
    this.#skipWhite();
    const start = this.offset + this.#at;
    if (this.bytes[this.#at] === 0x25) this.#comment();
    else if (this.#match(/^xref(?=\s)/)) this.#table(start);
    else {
      const object = this.#match(/^(\d{1,10})\s+\d{1,5}\s+obj(?![A-Za-z])/);
      const end = object ?? this.#match(/^startxref\s+(\d{1,15})(?=\s)/);
      if (object) this.#object(Number(object[1]), start);
      else if (end) this.#starts.push(Number(end[1]));
      else throw new PdfSyntaxError('no part of an update');
    }
    return this.#found;
  }

  get #found(): PdfUpdate {
    return { objects: this.#objects, places: this.#places, sections: this.#sections, starts: this.#starts };
  }

  #object(number: number, start: number): void {
    const value = this.#value();
    const object: PdfObject = { value, bytes: this.bytes };
    this.#skipWhite();
    if (this.#match(/^stream\r?\n/) !== undefined) object.stream = this.#stream(value);
    this.#skipWhite();
    if (this.#match(/^endobj(?![A-Za-z])/) === undefined) throw new PdfSyntaxError('an object has no end');
    this.#places.set(start, number);
    const type = value.kind === 'dictionary' && object.stream !== undefined ? nameIn(value, 'Type') : '';
    if (type === 'XRef') {
      const dictionary = value as PdfDictionary;
      const entries = streamEntries(dictionary, object.stream as Buffer);
      this.#sections.push({ offset: start, dictionary, entries });
    } else {
      this.#keep(number, object);
      if (type === 'ObjStm') this.#within(value as PdfDictionary, object.stream as Buffer);
    }
  }

  #stream(value: PdfValue): Buffer {
    const length = value.kind === 'dictionary' ? numberIn(value, 'Length') : undefined;
    if (length === undefined) throw new PdfSyntaxError('a stream whose length stands elsewhere');
    const raw = this.bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    this.#skipWhite();
    if (raw.length !== length || this.#match(/^endstream(?![A-Za-z])/) === undefined)
      throw new PdfSyntaxError('a stream has no end');
    return decoded(raw, value as PdfDictionary);
  }

  /** The objects in an object stream (ISO 32000-1, 7.5.7). */
  #within(dictionary: PdfDictionary, stream: Buffer): void {
    const [count, first] = [numberIn(dictionary, 'N') ?? 0, numberIn(dictionary, 'First') ?? 0];
    const head = stream.toString('latin1', 0, first).trim().split(/\s+/).map(Number);
    for (let index = 0; index < count; index += 1) {
      const [number, place] = [head[2 * index], head[2 * index + 1]];
      if (number === undefined || place === undefined || !(place >= 0))
        throw new PdfSyntaxError('an object stream whose head cannot be read');
      // A value may end with the stream, where the reader looks one byte ahead.
      const bytes = Buffer.concat([stream, Buffer.from('\n')]);
      this.#keep(number, { value: readPdfValue(bytes, first + place), bytes });
    }
  }

  #keep(number: number, object: PdfObject): void {
    const all = this.#objects.get(number) ?? [];
    this.#objects.set(number, [...all, object]);
  }

  #table(offset: number): void {
    const entries = new Map<number, XrefEntry>();
    for (this.#skipWhite(); this.#match(/^trailer(?![A-Za-z])/) === undefined; this.#skipWhite()) {
      const head = this.#match(/^(\d{1,10})\s+(\d{1,10})\s+/);
      if (head === undefined) throw new PdfSyntaxError('a cross-reference table cannot be read');
      for (let index = 0; index < Number(head[2]); index += 1) {
        const entry = this.#match(/^\s*(\d{10})\s(\d{5})\s([fn])/);
        if (entry === undefined) throw new PdfSyntaxError('an entry of a cross-reference table cannot be read');
        entries.set(
          Number(head[1]) + index,
          entry[3] === 'f' ? { kind: 'free' } : { kind: 'at', offset: Number(entry[1]) },
        );
      }
    }
    const dictionary = this.#value();
    if (dictionary.kind !== 'dictionary' || dictionary.entries.has('XRefStm'))
      throw new PdfSyntaxError('a trailer that we do not know how to read');
    this.#sections.push({ offset, dictionary, entries });
  }

  #value(): PdfValue {
    const value = readPdfValue(this.bytes, this.#at);
    if (value.kind === 'dictionary' && value.repeatedKeys) throw new PdfSyntaxError('a key stands twice');
    this.#at = value.end;
    return value;
  }

  #comment(): void {
    while (this.#at < this.bytes.length && this.bytes[this.#at] !== 0x0a && this.bytes[this.#at] !== 0x0d)
      this.#at += 1;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    const found = pattern.exec(this.bytes.toString('latin1', this.#at, this.#at + 64)) ?? undefined;
    this.#at += found?.[0].length ?? 0;
    return found;
  }

  #skipWhite(): void {
    while (this.#at < this.bytes.length && isWhite(this.bytes[this.#at] ?? 0)) this.#at += 1;
  }
}

/** The entries of a cross-reference stream (ISO 32000-1, 7.5.8). */
function streamEntries(dictionary: PdfDictionary, stream: Buffer): XrefSection['entries'] {
  const [typeWidth, secondWidth, thirdWidth, ...more] = numbersIn(dictionary, 'W');
  if (typeWidth === undefined || secondWidth === undefined || thirdWidth === undefined || more.length > 0)
    throw new PdfSyntaxError('a cross-reference stream without widths');
  const index = dictionary.entries.has('Index')
    ? numbersIn(dictionary, 'Index')
    : [0, numberIn(dictionary, 'Size') ?? 0];
  const entries = new Map<number, XrefEntry>();
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
      const [type, second] = [field(typeWidth, 1), field(secondWidth, 0)];
      field(thirdWidth, 0);
      if (type > 2) throw new PdfSyntaxError('a cross-reference stream has an entry of a kind that we do not know');
      entries.set(
        number,
        [{ kind: 'free' }, { kind: 'at', offset: second }, { kind: 'within', container: second }][type] as XrefEntry,
      );
    }
  }
  return entries;
}

function decoded(raw: Buffer, dictionary: PdfDictionary): Buffer {
  const filter = dictionary.entries.get('Filter');
  const [only, ...more] = filter?.kind === 'array' ? filter.items : [filter];
  if (only === undefined) return raw;
  if (only.kind !== 'name' || only.value !== 'FlateDecode' || more.length > 0)
    throw new PdfSyntaxError('a filter that we do not know how to undo');
  let data: Buffer;
  try {
    data = inflateSync(raw, { maxOutputLength: LARGEST_STREAM });
  } catch (error) {
    throw new PdfSyntaxError(`a stream cannot be decoded: ${error instanceof Error ? error.message : 'unknown'}`);
  }
  const parameters = dictionary.entries.get('DecodeParms');
  if (parameters === undefined) return data;
  if (parameters.kind !== 'dictionary') throw new PdfSyntaxError('decoding parameters that we do not know how to use');
  return unpredicted(data, numberIn(parameters, 'Predictor') ?? 1, numberIn(parameters, 'Columns') ?? 1);
}

/** Undoes the row filters of PNG that cross-reference streams are written with: none, or "as the row above". */
function unpredicted(data: Buffer, predictor: number, columns: number): Buffer {
  if (predictor === 1) return data;
  const rows = data.length / (columns + 1);
  if (predictor < 10 || !Number.isInteger(rows)) throw new PdfSyntaxError('a predictor that we do not know');
  const plain = Buffer.alloc(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    const kind = data[row * (columns + 1)];
    if (kind !== 0 && kind !== 2) throw new PdfSyntaxError('a predictor that we do not know');
    for (let column = 0; column < columns; column += 1) {
      const above = kind === 2 && row > 0 ? (plain[(row - 1) * columns + column] ?? 0) : 0;
      plain[row * columns + column] = (data[row * (columns + 1) + 1 + column] ?? 0) + above;
    }
  }
  return plain;
}

function numbersIn(dictionary: PdfDictionary, key: string): number[] {
  const value = dictionary.entries.get(key);
  const items = value?.kind === 'array' ? value.items : [];
  return items.map((item) => {
    if (isWhole(item)) return item.value;
    throw new PdfSyntaxError(`/${key} holds something else than numbers`);
  });
}
