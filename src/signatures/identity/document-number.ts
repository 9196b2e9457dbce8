/** The number of an identity document, and its country if known. */
export interface DocumentNumber {
  /** As somebody wrote it: `12.345.678-Z`, `IDCES-12345678Z`. */
  text: string;
  /** Two letters, if the country is given apart from the number. */
  country?: string | undefined;
}

/** `PASES-`, `IDCES-`, `PNOES-`, `TINIT-`, `EI:SE-`: semantics identifiers of natural persons (ETSI EN 319 412-1, 5.1.3). */
const SEMANTICS = /^(?:PAS|IDC|PNO|TAX|TIN|[A-Z]{2}:)([A-Z]{2})\s*-\s*(.+)$/;

/** `ES-12345678Z`, `ES12345678Z`: a country, or the first letters of the number. */
const MAYBE_COUNTRY = /^([A-Z]{2})[\s:-]*(.+)$/;

const COUNTRY = /^[A-Z]{2}$/;
const BESIDE_THE_NUMBER = /[^\p{L}\p{N}]/gu;
const WRITTEN = /^[\p{L}\p{N}\s.,:/'-]{1,64}$/u;
/** Letters and digits. Shorter numbers would match by chance. */
const SHORTEST = 3;
const LONGEST = 40;

/**
 * One spelling for a number: capitals, without blanks, dashes and dots. A semantics prefix stays.
 * Undefined for a text that is not a document number.
 */
export function documentNumber(text: string): string | undefined {
  const written = upper(text);
  if (!WRITTEN.test(written)) return undefined;
  const bare = bareNumber(written);
  if (bare.length < SHORTEST || bare.length > LONGEST || !/\p{N}/u.test(bare)) return undefined;
  const named = SEMANTICS.exec(written);
  return named === null ? bare : `${written.slice(0, written.indexOf('-')).trim()}-${bare}`;
}

/** The letters and digits alone, without a semantics prefix. */
export function bareNumber(text: string): string {
  const written = upper(text);
  return (SEMANTICS.exec(written)?.[2] ?? written).replaceAll(BESIDE_THE_NUMBER, '');
}

/**
 * Whether two numbers name the same document. Countries are compared if both are known. Two letters before a number are read as
 * a country only if the other number is of that country.
 */
export function isSameNumber(one: DocumentNumber, other: DocumentNumber): boolean {
  return readings(one).some((a) => readings(other).some((b) => agree(a, b)));
}

interface Reading {
  number: string;
  country: string | undefined;
  /** The country was read from the number itself, so it may be wrong. */
  guessed: boolean;
}

function agree(one: Reading, other: Reading): boolean {
  if (one.number === '' || one.number !== other.number) return false;
  if (one.country === undefined || other.country === undefined) return !one.guessed && !other.guessed;
  return one.country === other.country;
}

function readings({ text, country }: DocumentNumber): Reading[] {
  const written = upper(text);
  const number = bareNumber(written);
  const named = SEMANTICS.exec(written);
  if (named !== null) return [{ number, country: named[1], guessed: false }];
  const beside = country === undefined ? undefined : upper(country);
  const known = beside !== undefined && COUNTRY.test(beside) ? beside : undefined;
  const [, prefix, rest] = MAYBE_COUNTRY.exec(written) ?? [];
  return [
    { number, country: known, guessed: false },
    ...(prefix === undefined || rest === undefined
      ? []
      : [{ number: rest.replaceAll(BESIDE_THE_NUMBER, ''), country: prefix, guessed: true }]),
  ];
}

function upper(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/[\u2010-\u2015\u2212]/g, '-')
    .trim()
    .toUpperCase();
}
