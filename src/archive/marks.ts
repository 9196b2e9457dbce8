/** Marks that more than one part of the program sets. */

/** Set before the first upload of documents. A later try first deletes what may be there. */
export const UPLOAD = 'upload';
