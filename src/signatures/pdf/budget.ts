/** Limits for reading one file. They do not depend on what the file says. */
export interface BudgetLimits {
  /** Bytes of all decoded streams together. */
  inflatedBytes: number;
  /** Bytes of PDF objects that are read. An object that is read twice counts twice. */
  parsedBytes: number;
  /** Values of PDF objects, weighted by their memory: a number 2, a dictionary 6. */
  values: number;
  /** Entries of cross-reference sections, in each revision that is read. */
  entries: number;
  /** Values of ASN.1: certificates, revocation lists, signatures. */
  asn1Nodes: number;
}

/** Far above real documents. The largest manuals have a few hundred thousand objects. A large revocation list has as many nodes. */
export const USUAL_LIMITS: BudgetLimits = {
  inflatedBytes: 64 * 1024 * 1024,
  parsedBytes: 256 * 1024 * 1024,
  values: 6_000_000,
  entries: 2_000_000,
  asn1Nodes: 2_000_000,
};

/** A file exceeds its budget, or is nested too deeply. It is not read further, so nothing is known about it. */
export class TooComplexError extends Error {
  override readonly name = 'TooComplexError';

  constructor(readonly what: keyof BudgetLimits | 'nesting' | 'signatures') {
    super(`the file needs more than is allowed: ${what}`);
  }
}

/** The budget of one file. Everything that reads the file uses it up. */
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
