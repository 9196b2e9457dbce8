/** A PDF object (ISO 32000-1, 7.3) with the place it was read from: `start` to before `end`, offsets in the buffer. */
export type PdfValue = { start: number; end: number } & (
  | { kind: 'number'; value: number }
  | { kind: 'name'; value: string }
  | { kind: 'text'; hexadecimal: boolean }
  | { kind: 'reference'; object: number; generation: number }
  | { kind: 'array'; items: PdfValue[] }
  | { kind: 'dictionary'; entries: ReadonlyMap<string, PdfValue>; repeatedKeys: boolean }
  | { kind: 'word'; value: string }
);
export type PdfDictionary = Extract<PdfValue, { kind: 'dictionary' }>;

/** The bytes are no PDF object, or `incomplete`: the buffer ended before the object did. */
export class PdfSyntaxError extends Error {
  override readonly name = 'PdfSyntaxError';
  readonly incomplete: boolean;

  constructor(message: string, incomplete = false) {
    super(message);
    this.incomplete = incomplete;
  }
}

const DEEPEST = 32;
const WHITE = new Set([0x00, 0x09, 0x0a, 0x0c, 0x0d, 0x20]);
const DELIMITERS = new Set(Buffer.from('()<>[]{}/%'));

export function isWhite(byte: number): boolean {
  return WHITE.has(byte);
}

/** The name under a key; empty where there is none. */
export function nameIn(dictionary: PdfDictionary, key: string): string {
  const value = dictionary.entries.get(key);
  return value?.kind === 'name' ? value.value : '';
}

/** The whole number under a key that is not negative. */
export function numberIn(dictionary: PdfDictionary, key: string): number | undefined {
  const value = dictionary.entries.get(key);
  return value !== undefined && isWhole(value) ? value.value : undefined;
}

/** Whether a value is a whole number that is not negative: an offset, a length, an object's number. */
export function isWhole(value: PdfValue): value is Extract<PdfValue, { kind: 'number' }> {
  return value.kind === 'number' && Number.isSafeInteger(value.value) && value.value >= 0;
}

/** Written alike whatever white space stands between: a list of all words. `bytes` is what the value was read from. */
export function textOf(value: PdfValue, bytes: Buffer): string {
  switch (value.kind) {
    case 'array':
      return `[${value.items.map((item) => textOf(item, bytes)).join(' ')}]`;
    case 'dictionary':
      return `<<${[...value.entries]
        .map(([key, item]) => `/${JSON.stringify(key)} ${textOf(item, bytes)}`)
        .toSorted()
        .join(' ')}>>`;
    case 'reference':
      return `${value.object} ${value.generation} R`;
    case 'name':
      return `/${JSON.stringify(value.value)}`;
    case 'number':
      return String(value.value);
    case 'text':
    case 'word':
      return bytes.toString('latin1', value.start, value.end);
  }
}

/** Reads the object at `offset`, after white space and comments. Throws `PdfSyntaxError`. */
export function readPdfValue(bytes: Buffer, offset: number): PdfValue {
  return new Reader(bytes, offset).value(0);
}

class Reader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  value(depth: number): PdfValue {
    if (depth > DEEPEST) throw new PdfSyntaxError('objects nested too deeply');
    this.#skipWhite();
    const start = this.#at;
    switch (this.#peek()) {
      case 0x2f:
        return { kind: 'name', value: this.#name(), start, end: this.#at };
      case 0x28:
        this.#literalText();
        return { kind: 'text', hexadecimal: false, start, end: this.#at };
      case 0x5b:
        return this.#array(start, depth);
      case 0x3c:
        if (this.#peek(1) === 0x3c) return this.#dictionary(start, depth);
        this.#hexadecimalText();
        return { kind: 'text', hexadecimal: true, start, end: this.#at };
      default:
        return this.#numberReferenceOrWord(start);
    }
  }

  #dictionary(start: number, depth: number): PdfDictionary {
    this.#at += 2;
    const entries = new Map<string, PdfValue>();
    let repeatedKeys = false;
    for (;;) {
      this.#skipWhite();
      if (this.#peek() === 0x3e && this.#peek(1) === 0x3e) {
        this.#at += 2;
        return { kind: 'dictionary', entries, repeatedKeys, start, end: this.#at };
      }
      if (this.#peek() !== 0x2f) throw new PdfSyntaxError('a dictionary key is not a name');
      const key = this.#name();
      const value = this.value(depth + 1);
      if (entries.has(key)) repeatedKeys = true;
      entries.set(key, value);
    }
  }

  #array(start: number, depth: number): PdfValue {
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

  #literalText(): void {
    let open = 0;
    do {
      const byte = this.#peek();
      if (byte === 0x5c) this.#at += 1;
      else if (byte === 0x28) open += 1;
      else if (byte === 0x29) open -= 1;
      this.#at += 1;
    } while (open > 0);
  }

  #hexadecimalText(): void {
    const end = this.#bytes.indexOf(0x3e, this.#at);
    if (end < 0) throw new PdfSyntaxError('a string has no end', true);
    this.#at = end + 1;
  }

  #numberReferenceOrWord(start: number): PdfValue {
    const word = this.#regular();
    if (word === '') throw new PdfSyntaxError('not an object');
    if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(word)) return { kind: 'word', value: word, start, end: this.#at };
    const end = this.#at;
    if (/^\d+$/.test(word)) {
      const reference = this.#restOfReference(Number(word), start);
      if (reference !== undefined) return reference;
      this.#at = end;
    }
    return { kind: 'number', value: Number(word), start, end };
  }

  /** `12 0 R`: the part after the first number, if it is one. */
  #restOfReference(object: number, start: number): PdfValue | undefined {
    this.#skipWhite();
    const first = this.#peek();
    if (first < 0x30 || first > 0x39) return undefined;
    const generation = this.#regular();
    this.#skipWhite();
    if (!/^\d+$/.test(generation) || this.#peek() !== 0x52) return undefined;
    if (this.#regular() !== 'R') return undefined;
    return { kind: 'reference', object, generation: Number(generation), start, end: this.#at };
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
