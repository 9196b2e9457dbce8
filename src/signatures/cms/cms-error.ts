/** The bytes are not the expected CMS: DER, SignedData, one signer. */
export class CmsError extends Error {
  override readonly name = 'CmsError';
}

/** Turns the plain errors of asn1js and pkijs, and their RangeError on hostile nesting, into a `CmsError`. */
export function withCmsErrors<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof CmsError ? error : new CmsError('a part of the CMS cannot be read', { cause: error });
  }
}
