import { type Budget, TooComplexError } from './budget.js';
import { meantByDigits, meantByLiteral } from './text-string.js';

/** A PDF object (ISO 32000-1, 7.3), read from `start` to before `end`. Both are offsets in the buffer. */
export type PdfValue = { start: number; end: number } & (
  | { kind: 'number'; value: number }
  | { kind: 'name'; value: string }
  /** `value`: the decoded bytes, one per character. */
  | { kind: 'text'; value: string; hexadecimal: boolean }
  | { kind: 'reference'; object: number; generation: number }
  | { kind: 'array'; items: PdfValue[] }
  /** Of a repeated key, the last value counts here. `repeated`: the repeated keys. */
  | {
      kind: 'dictionary';
      entries: ReadonlyMap<string, PdfValue>;
      repeatedKeys: boolean;
      repeated?: ReadonlySet<string>;
    }
  | { kind: 'word'; value: string }
);
export type PdfDictionary = Extract<PdfValue, { kind: 'dictionary' }>;

/** The bytes are not a PDF object. `incomplete`: the buffer ended before the object did. */
export class PdfSyntaxError extends Error {
  override readonly name = 'PdfSyntaxError';
  readonly incomplete: boolean;

  constructor(message: string, incomplete = false) {
    super(message);
    this.incomplete = incomplete;
  }
}

const DEEPEST = 64;
/** What a value takes from the budget, roughly as much as it takes memory. */
const WEIGHT = { array: 2, dictionary: 4, any: 2 };
const WHITE = new Set([0x00, 0x09, 0x0a, 0x0c, 0x0d, 0x20]);
const DELIMITERS = new Set(Buffer.from('()<>[]{}/%'));

export function isWhite(byte: number): boolean {
  return WHITE.has(byte);
}

/** The name under a key. Empty if there is none. */
export function nameIn(dictionary: PdfDictionary, key: string): string {
  const value = dictionary.entries.get(key);
  return value?.kind === 'name' ? value.value : '';
}

/** The whole number under a key. Undefined if it is negative. */
export function numberIn(dictionary: PdfDictionary, key: string): number | undefined {
  const value = dictionary.entries.get(key);
  return value !== undefined && isWhole(value) ? value.value : undefined;
}

/** Whether a value is a whole number that is not negative: an offset, a length, an object's number. */
export function isWhole(value: PdfValue): value is Extract<PdfValue, { kind: 'number' }> {
  return value.kind === 'number' && Number.isSafeInteger(value.value) && value.value >= 0;
}

/** Reads the object at `offset`, after white space and comments. Throws `PdfSyntaxError`, and `TooComplexError`. */
export function readPdfValue(bytes: Buffer, offset: number, budget: Budget): PdfValue {
  return new Reader(bytes, offset, budget).value(0);
}

/** The first position from `offset` that is neither white space nor a comment, or the end of the bytes. */
export function skipWhite(bytes: Buffer, offset: number): number {
  let at = offset;
  for (; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x25) {
      while (at + 1 < bytes.length && bytes[at + 1] !== 0x0a && bytes[at + 1] !== 0x0d) at += 1;
    } else if (!WHITE.has(byte)) return at;
  }
  return at;
}

/** The regular characters from `offset`: a keyword, or nothing. */
export function wordAt(bytes: Buffer, offset: number): string {
  let end = offset;
  while (end < bytes.length && isRegular(bytes[end] ?? 0)) end += 1;
  return bytes.toString('latin1', offset, end);
}

function isRegular(byte: number): boolean {
  return !WHITE.has(byte) && !DELIMITERS.has(byte);
}

class Reader {
  readonly #bytes: Buffer;
  #at: number;
  readonly #budget: Budget;

  constructor(bytes: Buffer, at: number, budget: Budget) {
    this.#bytes = bytes;
    this.#at = at;
    this.#budget = budget;
  }

  value(depth: number): PdfValue {
    if (depth > DEEPEST) throw new TooComplexError('nesting');
    this.#budget.take('values', WEIGHT.any);
    this.#skipWhite();
    const start = this.#at;
    switch (this.#peek()) {
      case 0x2f:
        return { kind: 'name', value: this.#name(), start, end: this.#at };
      case 0x28:
        return { kind: 'text', value: this.#literalText(), hexadecimal: false, start, end: this.#at };
      case 0x5b:
        return this.#array(start, depth);
      case 0x3c:
        if (this.#peek(1) === 0x3c) return this.#dictionary(start, depth);
        return { kind: 'text', value: this.#hexadecimalText(), hexadecimal: true, start, end: this.#at };
      default:
        return this.#numberReferenceOrWord(start);
    }
  }

  #dictionary(start: number, depth: number): PdfDictionary {
    this.#budget.take('values', WEIGHT.dictionary);
    this.#at += 2;
    const entries = new Map<string, PdfValue>();
    let repeated: Set<string> | undefined;
    for (;;) {
      this.#skipWhite();
      if (this.#peek() === 0x3e && this.#peek(1) === 0x3e) {
        this.#at += 2;
        const twice = repeated === undefined ? { repeatedKeys: false } : { repeatedKeys: true, repeated };
        return { kind: 'dictionary', entries, ...twice, start, end: this.#at };
      }
      if (this.#peek() !== 0x2f) throw new PdfSyntaxError('a dictionary key is not a name');
      const key = this.#name();
      const value = this.value(depth + 1);
      if (entries.has(key)) (repeated ??= new Set()).add(key);
      entries.set(key, value);
    }
  }

  #array(start: number, depth: number): PdfValue {
    this.#budget.take('values', WEIGHT.array);
    this.#at += 1;
    const items: PdfValue[] = [];
    for (;;) {
      this.#skipWhite();
      if (this.#peek() === 0x5d) {
        this.#at += 1;
        return { kind: 'array', items, start, end: this.#at };
      }
      items.push(this.value(depth + 1));
    }
  }

  #name(): string {
    this.#at += 1;
    return this.#regular().replaceAll(/#([0-9A-Fa-f]{2})/g, (_, digits: string) =>
      String.fromCharCode(parseInt(digits, 16)),
    );
  }

  #literalText(): string {
    const start = this.#at + 1;
    let open = 0;
    do {
      const byte = this.#peek();
      if (byte === 0x5c) this.#at += 1;
      else if (byte === 0x28) open += 1;
      else if (byte === 0x29) open -= 1;
      this.#at += 1;
    } while (open > 0);
    return meantByLiteral(this.#bytes.toString('latin1', start, this.#at - 1));
  }

  #hexadecimalText(): string {
    const start = this.#at + 1;
    const end = this.#bytes.indexOf(0x3e, start);
    if (end < 0) throw new PdfSyntaxError('a string has no end', true);
    this.#at = end + 1;
    const text = meantByDigits(this.#bytes.toString('latin1', start, end));
    if (text === undefined) throw new PdfSyntaxError('a string has characters that are not hexadecimal digits');
    return text;
  }

  #numberReferenceOrWord(start: number): PdfValue {
    const word = this.#regular();
    if (word === '') throw new PdfSyntaxError('not an object');
    if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(word)) return { kind: 'word', value: word, start, end: this.#at };
    const end = this.#at;
    const isDigits = word.length <= 10 && this.#digits(start) === end;
    const reference = isDigits ? this.#restOfReference(Number(word), start) : undefined;
    if (reference !== undefined) return reference;
    this.#at = end;
    return { kind: 'number', value: Number(word), start, end };
  }

  /** The part of a reference after its first number: `0 R` of `12 0 R`. Undefined if the bytes end before it. */
  #restOfReference(object: number, start: number): PdfValue | undefined {
    const first = skipWhite(this.#bytes, this.#at);
    const generation = this.#digits(first);
    const end = skipWhite(this.#bytes, generation);
    if (generation === first || end === generation || this.#bytes[end] !== 0x52) return undefined;
    const next = this.#bytes[end + 1];
    if (next !== undefined && isRegular(next)) return undefined;
    this.#at = end + 1;
    const number = Number(this.#bytes.toString('latin1', first, generation));
    return { kind: 'reference', object, generation: number, start, end: this.#at };
  }

  /** Where the digits that begin at a position end. */
  #digits(from: number): number {
    let end = from;
    for (let byte = this.#bytes[end] ?? 0; byte >= 0x30 && byte <= 0x39; byte = this.#bytes[end] ?? 0) end += 1;
    return end;
  }

  #regular(): string {
    const start = this.#at;
    for (let byte = this.#peek(); !WHITE.has(byte) && !DELIMITERS.has(byte); byte = this.#peek()) this.#at += 1;
    return this.#bytes.toString('latin1', start, this.#at);
  }

  #skipWhite(): void {
    for (;;) {
      const byte = this.#peek();
      if (byte === 0x25) {
        while (this.#peek() !== 0x0a && this.#peek() !== 0x0d) this.#at += 1;
      } else if (!WHITE.has(byte)) return;
      this.#at += 1;
    }
  }

  #peek(ahead = 0): number {
    const byte = this.#bytes[this.#at + ahead];
    if (byte === undefined) throw new PdfSyntaxError('the object has no end', true);
    return byte;
  }
}
