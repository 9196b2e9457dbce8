/** Marks that more than one part of the program sets. */

/** Set before the first upload of documents. A later try first deletes what may be there. */
export const UPLOAD = 'upload';

/** Set before the provider is asked to create a request. @param round 1 for the first, then one for each other video */
export function createMark(round: number): string {
  return `create-${round}`;
}
