/** The bytes are not the CMS we look for: DER, SignedData, one signer. */
export class CmsError extends Error {
  override readonly name = 'CmsError';
}

/** asn1js and pkijs throw plain errors on bytes they do not understand, and a RangeError on hostile nesting: here a `CmsError`. */
export function refusing<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof CmsError ? error : new CmsError('a part of the CMS cannot be read', { cause: error });
  }
}
