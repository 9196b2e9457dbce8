import type { Budget } from './budget.js';
import type { PdfObject } from './indirect-object.js';
import { PdfStructureError } from './structure-error.js';
import { nameIn, numberIn, readPdfValue, skipWhite, wordAt, type PdfDictionary } from './syntax.js';

/** What the position of an object takes from the budget. */
const OF_PLACE = 4;

/** Objects in a stream (ISO 32000-1, 7.5.7). */
export class ObjectStream {
  readonly #bytes: Buffer;
  readonly #places: readonly { number: number; start: number }[];

  /** Throws `PdfStructureError`, and `TooComplexError`. */
  constructor(
    readonly container: number,
    dictionary: PdfDictionary,
    content: Buffer,
    private readonly budget: Budget,
  ) {
    const [count, first] = [numberIn(dictionary, 'N'), numberIn(dictionary, 'First')];
    if (nameIn(dictionary, 'Type') !== 'ObjStm' || count === undefined || first === undefined || first > content.length)
      throw new PdfStructureError('an object stream without a head');
    // Two numbers with white space after each take four bytes.
    if (count * 4 > first + 4) throw new PdfStructureError('an object stream names more objects than it can hold');
    budget.take('values', count * OF_PLACE);
    this.#places = placesIn(content.subarray(0, first), count, first);
    // The reader looks one byte ahead, and the last value may end with the stream.
    this.#bytes = Buffer.concat([content, Buffer.from('\n')]);
  }

  /** Bytes. */
  get size(): number {
    return this.#bytes.length;
  }

  get numbers(): readonly number[] {
    return this.#places.map(({ number }) => number);
  }

  /** Throws `PdfStructureError` if another object lies at this index. */
  object(number: number, index: number): PdfObject {
    const place = this.#places[index];
    if (place?.number !== number) throw new PdfStructureError('an entry leads to another object of an object stream');
    const value = readPdfValue(this.#bytes, place.start, this.budget);
    this.budget.take('parsedBytes', value.end - place.start);
    return { number, generation: 0, value, container: this.container };
  }
}

/** Pairs of an object's number and where it begins, counted from the first object. */
function placesIn(head: Buffer, count: number, first: number): { number: number; start: number }[] {
  let at = 0;
  const next = (): number => {
    at = skipWhite(head, at);
    const word = wordAt(head, at);
    if (!/^\d{1,10}$/.test(word)) throw new PdfStructureError('an object stream whose head cannot be read');
    at += word.length;
    return Number(word);
  };
  return Array.from({ length: count }, () => ({ number: next(), start: first + next() }));
}
