import { decoded } from './pdf/filters.js';
import {
  isWhite,
  nameIn,
  numberIn,
  PdfSyntaxError,
  readPdfValue,
  type PdfDictionary,
  type PdfValue,
} from './pdf/syntax.js';
import { addEntry, entriesOfStream, type XrefEntry, type XrefSection } from './pdf/xref-section.js';

/** An object of an update: its value, and the bytes that `value.start` and `value.end` count in. */
export interface PdfObject {
  value: PdfValue;
  bytes: Buffer;
  /** Where `bytes` begin in the file; absent for an object within an object stream. */
  offset?: number;
  /** Its stream, decoded. */
  stream?: Buffer;
  /** Of an object stream: the numbers of the objects within, in their order. */
  within?: readonly number[];
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

/** White space, and what may follow a word (ISO 32000-1, 7.2.2): `\s` would be more. */
const WHITE = String.raw`[\0\t\n\f\r ]`;
const END = String.raw`(?=[\0\t\n\f\r ()<>[\]{}/%]|$)`;
const WORDS = {
  object: new RegExp(String.raw`^(\d{1,10})${WHITE}+0${WHITE}+obj${END}`),
  endOfObject: new RegExp(`^endobj${END}`),
  stream: /^stream\r?\n/,
  endOfStream: new RegExp(`^endstream${END}`),
  table: new RegExp(`^xref${WHITE}+`),
  subsection: /^(\d{1,10}) (\d{1,10}) ?(\r\n|\r|\n)/,
  entry: /^(\d{10}) (\d{5}) ([fn])( \r| \n|\r\n)/,
  trailer: new RegExp(`^trailer${END}`),
  end: new RegExp(String.raw`^startxref${WHITE}+(\d{1,15})${WHITE}+%%EOF(?=[\r\n]|$)`),
};

/**
 * Reads bytes as incremental updates and nothing else: objects, cross-reference sections, ends; no comments, which readers that look
 * for words do not skip. `offset` is their place in the file. Undefined for anything else or what we do not know how to read.
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

/** Reads the object at the beginning of `bytes`, and those within where it is an object stream. Throws `PdfSyntaxError`. */
export function readObjects(bytes: Buffer): PdfUpdate['objects'] {
  return new UpdateReader(bytes, 0).step().objects;
}

/** The value of the object at the beginning of `bytes`, without its stream; undefined where none begins. Throws `PdfSyntaxError`. */
export function readValue(bytes: Buffer): PdfValue | undefined {
  const head = WORDS.object.exec(bytes.toString('latin1', 0, 64));
  return head === null ? undefined : checked(readPdfValue(bytes, head[0].length));
}

class UpdateReader {
  readonly #sections: XrefSection[] = [];
  readonly #starts: number[] = [];
  readonly #objects = new Map<number, PdfObject[]>();
  readonly #places = new Map<number, number>();
  #streams = 0;
  #tables = 0;
  #at = 0;

  constructor(
    private readonly bytes: Buffer,
    private readonly offset: number,
  ) {}

  read(): PdfUpdate {
    for (this.#skipWhite(); this.#at < this.bytes.length; this.#skipWhite()) this.step();
    if (this.#starts.length !== this.#sections.length) throw new PdfSyntaxError('an update has no end');
    this.#refuseOtherWords();
    return this.#found;
  }

  /** One object, table with trailer, or end; with what was found so far. */
  step(): PdfUpdate {
    this.#skipWhite();
    const start = this.offset + this.#at;
    if (this.#match(WORDS.table)) this.#table(start);
    else {
      const object = this.#match(WORDS.object);
      const end = object ?? this.#match(WORDS.end);
      if (object) this.#object(Number(object[1]), start);
      else if (end) this.#end(Number(end[1]));
      else throw new PdfSyntaxError('no part of an update');
    }
    return this.#found;
  }

  get #found(): PdfUpdate {
    return { objects: this.#objects, places: this.#places, sections: this.#sections, starts: this.#starts };
  }

  #end(start: number): void {
    this.#starts.push(start);
    if (this.#starts.length !== this.#sections.length) throw new PdfSyntaxError('an end without its section');
  }

  #object(number: number, start: number): void {
    if (this.#sections.length > this.#starts.length) throw new PdfSyntaxError('an object between section and end');
    const value = this.#value();
    const object: PdfObject = { value, bytes: this.bytes, offset: this.offset };
    this.#skipWhite();
    if (this.#match(WORDS.stream) !== undefined) object.stream = this.#stream(value);
    this.#skipWhite();
    if (this.#match(WORDS.endOfObject) === undefined) throw new PdfSyntaxError('an object has no end');
    this.#places.set(start, number);
    const { stream } = object;
    const type = value.kind === 'dictionary' && stream !== undefined ? nameIn(value, 'Type') : '';
    if (type === 'XRef') {
      const dictionary = value as PdfDictionary;
      const entries = entriesOfStream(dictionary, stream as Buffer);
      this.#sections.push({ offset: start, number, dictionary, entries });
      return;
    }
    if (type === 'ObjStm') object.within = this.#within(value as PdfDictionary, stream as Buffer);
    this.#keep(number, object);
  }

  #stream(value: PdfValue): Buffer {
    const length = value.kind === 'dictionary' ? numberIn(value, 'Length') : undefined;
    if (length === undefined) throw new PdfSyntaxError('a stream whose length stands elsewhere');
    const raw = this.bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    this.#skipWhite();
    if (raw.length !== length || this.#match(WORDS.endOfStream) === undefined)
      throw new PdfSyntaxError('a stream has no end');
    this.#streams += 1;
    return decoded(raw, value as PdfDictionary);
  }

  /** The objects in an object stream (ISO 32000-1, 7.5.7), one right after the other: some readers do not look at their places. */
  #within(dictionary: PdfDictionary, stream: Buffer): number[] {
    const [count, first] = [numberIn(dictionary, 'N'), numberIn(dictionary, 'First')];
    if (count === undefined || first === undefined) throw new PdfSyntaxError('an object stream without a head');
    const head = stream.toString('latin1', 0, first).match(/[^\0\t\n\f\r ]+/g) ?? [];
    if (head.length !== 2 * count || !head.every((word) => /^\d{1,10}$/.test(word)))
      throw new PdfSyntaxError('an object stream whose head cannot be read');
    // A value may end with the stream, where the reader looks one byte ahead.
    const bytes = Buffer.concat([stream, Buffer.from('\n')]);
    const numbers = new Set<number>();
    let end = first;
    for (let index = 0; index < count; index += 1) {
      const [number, place] = [Number(head[2 * index]), first + Number(head[2 * index + 1])];
      const value = checked(readPdfValue(bytes, place));
      if (place < end || !isBlank(bytes, end, value.start) || numbers.has(number))
        throw new PdfSyntaxError('an object stream that hides something');
      numbers.add(number);
      this.#keep(number, { value, bytes });
      end = value.end;
    }
    if (!isBlank(bytes, end, bytes.length)) throw new PdfSyntaxError('an object stream that hides something');
    return [...numbers];
  }

  #keep(number: number, object: PdfObject): void {
    const all = this.#objects.get(number);
    if (all === undefined) this.#objects.set(number, [object]);
    else all.push(object);
  }

  #table(offset: number): void {
    if (this.#sections.length > this.#starts.length) throw new PdfSyntaxError('two sections of one update');
    const entries = new Map<number, XrefEntry>();
    for (this.#skipWhite(); this.#match(WORDS.trailer) === undefined; this.#skipWhite()) {
      const head = this.#match(WORDS.subsection);
      if (head === undefined) throw new PdfSyntaxError('a cross-reference table cannot be read');
      for (let index = 0; index < Number(head[2]); index += 1) {
        const entry = this.#match(WORDS.entry);
        if (entry === undefined) throw new PdfSyntaxError('an entry of a cross-reference table cannot be read');
        const [offsetOrNext, generation] = [Number(entry[1]), Number(entry[2])];
        const kind = entry[3] === 'f' ? 0 : 1;
        addEntry(entries, Number(head[1]) + index, kind, offsetOrNext, generation);
      }
    }
    const dictionary = this.#value();
    if (dictionary.kind !== 'dictionary' || dictionary.entries.has('XRefStm'))
      throw new PdfSyntaxError('a trailer that we do not know how to read');
    this.#tables += 1;
    this.#sections.push({ offset, dictionary, entries });
  }

  #value(): PdfValue {
    const value = checked(readPdfValue(this.bytes, this.#at));
    this.#at = value.end;
    return value;
  }

  /** Readers look for words too, the last `startxref` before all, and also in streams and texts: they must find those that we found. */
  #refuseOtherWords(): void {
    const text = this.bytes.toString('latin1');
    const [objects, ends] = [this.#places.size, this.#starts.length];
    const expected: [RegExp, number][] = [
      [/\d[\s\0]+obj/g, objects],
      [/endobj/g, objects],
      [/endstream/g, this.#streams],
      [/(?<!end)stream[\r\n]/g, this.#streams],
      [/(?<!start)xref/g, this.#tables],
      [/trailer/g, this.#tables],
      [/startxref/g, ends],
      [/%%EOF/g, ends],
    ];
    for (const [word, count] of expected) {
      if ((text.match(word) ?? []).length !== count)
        throw new PdfSyntaxError('a word where readers may be misled by it');
    }
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

/** Which of two values under one key counts is up to the reader. */
function checked(value: PdfValue): PdfValue {
  if (value.kind === 'array') value.items.forEach(checked);
  if (value.kind === 'dictionary') {
    if (value.repeatedKeys) throw new PdfSyntaxError('a key stands twice');
    for (const item of value.entries.values()) checked(item);
  }
  return value;
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  return bytes.subarray(start, end).every(isWhite);
}
