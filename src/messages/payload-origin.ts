/** The metadata field in which the worker's codec notes what it found in a payload from outside. */
export const ORIGIN_MARK = 'videoid-found';

/** The metadata field in which it says which key is the reason, in words for people. */
export const ORIGIN_WORDS = 'videoid-found-words';

/**
 * What the codec found. `not-asked`: the settings require no signature, and the payload is readable. `encrypted`: not signed, but
 * encrypted with a known key, or readable if the settings encrypt nothing. `of-another-step`: a worker wrote it for another
 * step.
 */
export type PayloadOrigin =
  | 'signed-order'
  | 'signed-start'
  | 'encrypted'
  | 'not-asked'
  | 'not-encrypted'
  | 'of-another-step'
  | 'wrongly-signed'
  | 'not-readable';
