/** A number of an identity document, and what is known of the country that issued it. */
export interface DocumentNumber {
  /** As it is written somewhere: `12.345.678-Z`, `IDCES-12345678Z`. */
  text: string;
  /** Two letters, where it is said beside the number. */
  country?: string | undefined;
}

/** `PASES-`, `IDCES-`, `PNOES-`, `TINIT-`, `EI:SE-`: semantics identifiers of natural persons (ETSI EN 319 412-1, 5.1.3). */
const SEMANTICS = /^(?:PAS|IDC|PNO|TAX|TIN|[A-Z]{2}:)([A-Z]{2})\s*-\s*(.+)$/;

/** `ES-12345678Z`, `ES12345678Z`: a country, or the first letters of the number. */
const MAYBE_COUNTRY = /^([A-Z]{2})[\s:-]*(.+)$/;

const COUNTRY = /^[A-Z]{2}$/;
const BESIDE_THE_NUMBER = /[^\p{L}\p{N}]/gu;
const WRITTEN = /^[\p{L}\p{N}\s.,:/'-]{1,64}$/u;
/** Letters and digits. Shorter ones would be the same too easily. */
const SHORTEST = 3;
const LONGEST = 40;

/**
 * One spelling for a number, whatever capitals, blanks, dashes and dots it was given with; a semantics prefix stays.
 * Undefined for what is no document number.
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
 * Whether two numbers are of one document. Countries count where both are known; two letters before a number are its country
 * only where that is the country of the other.
 */
export function isSameNumber(one: DocumentNumber, other: DocumentNumber): boolean {
  return readings(one).some((a) => readings(other).some((b) => agree(a, b)));
}

interface Reading {
  number: string;
  country: string | undefined;
  /** The country was taken from the number itself, which may be wrong. */
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
