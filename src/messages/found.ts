/** Where the worker's codec notes, in the metadata of a payload that came from outside, what it found. */
export const FOUND = 'videoid-found';

/**
 * What a payload from outside was found to be. `not-asked`: the settings ask for no signature, and a readable payload will do.
 * `encrypted`: with a known key, or in the clear where the settings encrypt nothing; not signed. `of-another-step`: what a worker wrote,
 * for something else.
 */
export type Found =
  | 'signed-order'
  | 'signed-start'
  | 'encrypted'
  | 'not-asked'
  | 'not-encrypted'
  | 'of-another-step'
  | 'wrongly-signed'
  | 'not-readable';
