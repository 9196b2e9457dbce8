/**
 * What was written between two ends of a file's revisions, from the least to the most:
 *
 * - `nothing`: not a byte.
 * - `validation-material`: certificates, revocation lists, OCSP answers, document timestamps, data about the file. Nothing is shown
 *   otherwise and nothing runs.
 * - `signing`: signature fields were filled in or added, with what they show, and nothing else but validation material.
 * - `form-filling`: fields of the form have other values, too.
 * - `something-else`: anything else, and whatever cannot be read.
 */
export type Change =
  | { kind: 'nothing' }
  | ({ kind: ExplainedKind } & Additions)
  | { kind: 'something-else'; why: string };

/** From the least to the most. */
export const EXPLAINED = ['validation-material', 'signing', 'form-filling'] as const;
export type ExplainedKind = (typeof EXPLAINED)[number];

/**
 * The signature dictionaries that came along, by the place in the file where their `/Contents` begin. Whoever relies on the answer checks
 * the signature of each: one that does not hold is no validation material.
 */
export interface Additions {
  timestamps: readonly number[];
  signatures: readonly number[];
}

/** Something that no rule allows. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
