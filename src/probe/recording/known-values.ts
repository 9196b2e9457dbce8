import { literal, REDACTED, redact } from '../../uanataca/answers/redaction.js';

/** Characters. Shorter values are in too many words. */
const SHORTEST = 4;

/**
 * Values that may stand nowhere in the file of a probe: credentials, ids, links, codes, data of people. It grows while answers are
 * read. It is the second guard: the first is that shapes hold no values.
 */
export class KnownValues {
  readonly #values = new Set<string>();
  readonly #texts = new Set<string>();
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

  /** Data of a person. The parts of a name may stand alone. */
  addPersonal(...values: readonly (string | undefined)[]): void {
    this.add(...values, ...values.flatMap((value) => partsOf(value ?? '')));
  }

  /** Words of the provider without the values, and without everything that looks like one. */
  redacted(words: string): string {
    const texts = [...this.#texts].toSorted((one, other) => other.length - one.length);
    // A short value is in too many words, so it must stand alone.
    const withoutShort = texts
      .filter((text) => text.length <= SHORTEST)
      .reduce((left, text) => left.replace(new RegExp(alone(text), 'giu'), REDACTED), words);
    return redact(
      withoutShort,
      texts.filter((text) => text.length > SHORTEST),
    );
  }

  /** Whether a text holds one of the values, in any spelling. */
  isIn(text: string): boolean {
    const lower = text.toLowerCase();
    return [...this.#values].some((value) => lower.includes(value)) || this.#others?.isIn(text) === true;
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

/** The parts of a name. */
function partsOf(text: string): string[] {
  return /^\p{L}[\p{L}\s'-]+$/u.test(text) ? text.split(/[\s-]+/).filter((part) => part.length > 1) : [];
}

function alone(text: string): string {
  return String.raw`(?<![\p{L}\p{N}])${literal(text)}(?![\p{L}\p{N}])`;
}
