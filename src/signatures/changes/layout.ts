import type { Budget } from '../pdf/budget.js';
import type { FileBytes } from '../pdf/file-bytes.js';
import { isWhite, numberIn, readPdfValue, type PdfValue } from '../pdf/syntax.js';
import { Refusal } from './change.js';
import { refuseMisleadingWords } from './words.js';
import type { Lead, Update, WrittenObject } from './written-object.js';

/** Far larger than the revocation lists of a chain. Bytes. */
const LARGEST = 24 * 1024 * 1024;

/** White space, and what may follow a word (ISO 32000-1, 7.2.2). `\s` would match more. */
const WHITE = String.raw`[\0\t\n\f\r ]`;
const END = String.raw`(?=[\0\t\n\f\r ()<>[\]{}/%]|$)`;
const WORDS = {
  object: new RegExp(String.raw`(\d{1,10})${WHITE}+(\d{1,5})${WHITE}+obj${END}`, 'y'),
  endOfObject: new RegExp(`endobj${END}`, 'y'),
  stream: /stream\r?\n/y,
  endOfStream: new RegExp(`endstream${END}`, 'y'),
  table: new RegExp(
    String.raw`xref${WHITE}+(?:\d{1,10} \d{1,10} ?[\r\n]{1,2}(?:\d{10} \d{5} [fn](?: \r| \n|\r\n))*)*`,
    'y',
  ),
  trailer: new RegExp(`trailer${END}`, 'y'),
  end: new RegExp(String.raw`startxref${WHITE}+(\d{1,15})${WHITE}+%%EOF(?=[\r\n]|$)`, 'y'),
  comment: /%[^\r\n]*(?:[\r\n]|$)/y,
};

/**
 * Reads bytes as incremental updates: objects, cross-reference sections, ends, comments. Any other byte is refused. It does not follow the
 * cross-references. Positions count from the start of the file. Throws `Refusal`, `PdfSyntaxError` and `TooComplexError`.
 */
export async function readUpdates(file: FileBytes, from: number, to: number, budget: Budget): Promise<Update[]> {
  if (to - from > LARGEST) throw new Refusal('an update that is too large');
  budget.take('parsedBytes', to - from);
  return new Layout(await file.read(from, to - from), from, budget).read();
}

class Layout {
  readonly #text: string;
  readonly #updates: Update[] = [];
  readonly #count = { objects: 0, streams: 0, tables: 0, updates: 0 };
  #objects: WrittenObject[] = [];
  #tables: Lead[] = [];
  #at = 0;

  constructor(
    private readonly bytes: Buffer,
    private readonly offset: number,
    private readonly budget: Budget,
  ) {
    this.#text = bytes.toString('latin1');
  }

  read(): Update[] {
    for (let from = this.#skipWhite(); this.#at < this.bytes.length; from = this.#skipWhite()) this.#part(from);
    if (this.#objects.length > 0 || this.#tables.length > 0 || this.#updates.length === 0)
      throw new Refusal('an update that has no end');
    refuseMisleadingWords(this.#text, this.#count);
    return this.#updates;
  }

  /** `from`: where the white space before it begins. */
  #part(from: number): void {
    const lead = { from: this.offset + from, place: this.offset + this.#at };
    if (this.#match(WORDS.comment)) return;
    if (this.#match(WORDS.table)) return this.#table(lead);
    const object = this.#match(WORDS.object);
    if (object) return this.#object(Number(object[1]), Number(object[2]), lead);
    const end = this.#match(WORDS.end);
    if (end === undefined) throw new Refusal('bytes that do not belong to an update');
    this.#end(Number(end[1]));
  }

  #table(lead: Lead): void {
    this.#skipWhite();
    if (this.#match(WORDS.trailer) === undefined || this.#value().kind !== 'dictionary')
      throw new Refusal('a cross-reference table that readers may read in two ways');
    this.#tables.push(lead);
    this.#count.tables += 1;
  }

  #object(number: number, generation: number, lead: Lead): void {
    const base = this.offset;
    const object: WrittenObject = { number, generation, value: this.#value(), base };
    this.#skipWhite();
    if (this.#match(WORDS.stream)) {
      object.streamStart = this.offset + this.#at;
      this.#stream(object.value);
    }
    this.#skipWhite();
    if (this.#match(WORDS.endOfObject) === undefined) throw new Refusal('an object that has no end');
    this.#objects.push({ ...object, lead });
    this.#count.objects += 1;
  }

  /** If the length is a reference, the first `endstream` is the end. `refuseMisleadingWords` makes sure that there is no other. */
  #stream(value: PdfValue): void {
    const stated = value.kind === 'dictionary' ? value.entries.get('Length') : undefined;
    const length = value.kind === 'dictionary' ? numberIn(value, 'Length') : undefined;
    if (stated?.kind === 'reference') this.#at = this.#text.indexOf('endstream', this.#at);
    else if (length === undefined) throw new Refusal('a stream without length');
    else this.#at += length;
    if (this.#at < 0 || this.#at > this.bytes.length) throw new Refusal('a stream that has no end');
    this.#skipWhite();
    if (this.#match(WORDS.endOfStream) === undefined) throw new Refusal('a stream that has no end');
    this.#count.streams += 1;
  }

  #end(start: number): void {
    const end = this.offset + this.#at;
    this.#updates.push({ end, start, objects: this.#objects, tables: this.#tables });
    [this.#objects, this.#tables] = [[], []];
    this.#count.updates += 1;
  }

  #value(): PdfValue {
    const value = checked(readPdfValue(this.bytes, this.#at, this.budget));
    this.#at = value.end;
    return value;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text) ?? undefined;
    if (found !== undefined) this.#at = pattern.lastIndex;
    return found;
  }

  /** Returns where it began. */
  #skipWhite(): number {
    const from = this.#at;
    while (this.#at < this.bytes.length && isWhite(this.bytes[this.#at] ?? 0)) this.#at += 1;
    return from;
  }
}

/** Refuses repeated keys and unknown words, because readers treat them differently. */
export function checked(value: PdfValue): PdfValue {
  if (value.kind === 'word' && !['true', 'false', 'null'].includes(value.value))
    throw new Refusal('a word that is not a value');
  if (value.kind === 'array') value.items.forEach(checked);
  if (value.kind === 'dictionary') {
    if (value.repeatedKeys) throw new Refusal('a repeated key');
    for (const item of value.entries.values()) checked(item);
  }
  return value;
}
