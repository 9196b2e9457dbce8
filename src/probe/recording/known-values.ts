import { literal, REDACTED, redact } from '../../uanataca/answers/redaction.js';

/** Characters. Shorter values are in too many words. */
const SHORTEST = 4;

/** Characters. A part of a value that is so long counts too: of a token, for example. */
const PART = 10;

/**
 * Values that may stand nowhere in the file of a probe: credentials, ids, links, codes, data of people. It grows while answers are
 * read. It is the second guard: the first is that shapes hold no values.
 */
export class KnownValues {
  readonly #values = new Set<string>();
  readonly #texts = new Set<string>();
  readonly #personal = new Set<string>();
  readonly #free = new Set<string>();
  readonly #others: KnownValues | undefined;

  /** @param others values that are known too, and to which nothing is added */
  constructor(others?: KnownValues) {
    this.#others = others;
  }

  add(...values: readonly (string | undefined)[]): void {
    for (const value of values) {
      const text = value?.trim() ?? '';
      if (text.length < 2) continue;
      this.#texts.add(text);
      if (text.length < SHORTEST) continue;
      for (const spelled of spellings(text)) this.#values.add(spelled);
    }
  }

  /** A text that may be about a person. Its words may be in any sentence. */
  addText(text: string): void {
    this.#free.add(text.trim());
    this.add(text);
  }

  /** Data of a person. The parts of a name may stand alone. */
  addPersonal(...values: readonly (string | undefined)[]): void {
    for (const value of values) if (value !== undefined && value.trim() !== '') this.#personal.add(value.trim());
    this.add(...values, ...values.flatMap((value) => partsOf(value ?? '')));
  }

  /** What may be about people, without credentials and codes. */
  get people(): { names: string[]; texts: string[] } {
    return { names: [...this.#personal], texts: [...this.#free] };
  }

  /** A text without the values. */
  without(words: string): string {
    const texts = [...this.#texts].toSorted((one, other) => other.length - one.length);
    return texts.reduce((left, text) => left.replace(new RegExp(matcherOf(text), 'giu'), REDACTED), words);
  }

  /** Words of the provider without the values, and without everything that looks like one. */
  redacted(words: string): string {
    return redact(this.without(words), []);
  }

  /** Whether a text holds one of the values, in any spelling. */
  isIn(text: string): boolean {
    const lower = text.toLowerCase();
    // A short value is in too many words, so it must stand alone.
    const parts = new Set(lower.split(/[^\p{L}\p{N}]+/u));
    if ([...this.#texts].some((value) => value.length < SHORTEST && parts.has(value.toLowerCase()))) return true;
    const isPart = lower.length >= PART;
    return (
      [...this.#values].some((value) => lower.includes(value) || (isPart && value.includes(lower))) ||
      this.#others?.isIn(text) === true
    );
  }
}

function spellings(text: string): string[] {
  const digits = text.replaceAll(/\D/g, '');
  return [
    text,
    text.normalize('NFD'),
    encodeURIComponent(text.toWellFormed()),
    JSON.stringify(text).slice(1, -1),
    Buffer.from(text).toString('base64').replace(/=+$/, ''),
    // `+34 600…` comes back as `34600…`.
    ...(/^\+?[\d\s().-]+$/.test(text) && digits.length >= 6 ? [digits] : []),
  ].map((spelled) => spelled.toLowerCase());
}

/** The parts of a name, and of a number with a prefix. */
function partsOf(text: string): string[] {
  const parts = text.split(/[\s/-]+/);
  if (parts.length < 2) return [];
  const isName = /^\p{L}[\p{L}\s'-]+$/u.test(text);
  return parts.filter((part) => part.length > (isName ? 1 : SHORTEST));
}

/** The source of a regular expression. A short value must stand alone. */
function matcherOf(text: string): string {
  return text.length > SHORTEST ? literal(text) : String.raw`(?<![\p{L}\p{N}])${literal(text)}(?![\p{L}\p{N}])`;
}
