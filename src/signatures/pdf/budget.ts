/** What reading one file may take, whatever the file says of itself. */
export interface BudgetLimits {
  /** Bytes that streams grow to when they are decoded, all together. */
  inflatedBytes: number;
  /** Bytes of PDF objects that are read, an object read twice counted twice. */
  parsedBytes: number;
  /** Values of PDF objects, weighed by the memory that they take: a number 2, a dictionary 6. */
  values: number;
  /** Entries of cross-reference sections, of each revision that is looked at. */
  entries: number;
  /** Values of ASN.1: certificates, revocation lists, signatures. */
  asn1Nodes: number;
}

/** Far above what documents have: the largest manuals have some hundred thousand objects, a large revocation list as many nodes. */
export const USUAL_LIMITS: BudgetLimits = {
  inflatedBytes: 64 * 1024 * 1024,
  parsedBytes: 256 * 1024 * 1024,
  values: 6_000_000,
  entries: 2_000_000,
  asn1Nodes: 2_000_000,
};

/** A file takes more than its budget, or is nested too deeply. It is not read further; nothing is known of it. */
export class TooComplexError extends Error {
  override readonly name = 'TooComplexError';

  constructor(readonly what: keyof BudgetLimits | 'nesting' | 'signatures') {
    super(`the file needs more than is allowed: ${what}`);
  }
}

/** One for each file: whatever reads it takes from the same. */
export class Budget {
  readonly #left: BudgetLimits;

  constructor(limits: Partial<BudgetLimits> = {}) {
    this.#left = { ...USUAL_LIMITS, ...limits };
  }

  left(what: keyof BudgetLimits): number {
    return this.#left[what];
  }

  /** Throws `TooComplexError` when it is used up. */
  take(what: keyof BudgetLimits, count = 1): void {
    this.#left[what] -= count;
    if (this.#left[what] < 0) throw new TooComplexError(what);
  }
}
