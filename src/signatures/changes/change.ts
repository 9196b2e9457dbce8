/**
 * What was written between two revisions of a file, from the least to the most:
 *
 * - `nothing`: not a byte.
 * - `validation-material`: certificates, revocation lists, OCSP answers, document timestamps, data about the file. The document looks
 *   and behaves as before.
 * - `signing`: signature fields were also added or filled in, with what they show.
 * - `form-filling`: form fields also have other values.
 * - `something-else`: anything else, or something that cannot be read.
 */
export type Change =
  | { kind: 'nothing' }
  | ({ kind: ExplainedKind } & Additions)
  | { kind: 'something-else'; why: string };

/** From the least to the most. */
export const EXPLAINED = ['validation-material', 'signing', 'form-filling'] as const;
export type ExplainedKind = (typeof EXPLAINED)[number];

/**
 * The added signature dictionaries, each by the position in the file where its `/Contents` begins. The caller must check each signature:
 * one that does not hold is not validation material.
 */
export interface Additions {
  timestamps: readonly number[];
  signatures: readonly number[];
}

/** Found something that no rule allows. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
