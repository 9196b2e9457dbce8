/** Marks that more than one part of the program sets. */

/** Set before the first upload of documents. A later try first deletes what may be there. */
export const UPLOAD = 'upload';

/**
 * Set before the provider is asked to create a request. Removed if that certainly made nothing.
 *
 * @param sent a signature's round: 1 for the first, then one for each other video. An enrolment's card
 */
export function createMark(sent: number | string): string {
  return `create-${sent}`;
}
