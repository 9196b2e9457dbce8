/** Media types that may be shown. */
const SHOWN: ReadonlySet<string> = new Set([
  'application/json',
  'application/problem+json',
  'application/pdf',
  'application/octet-stream',
  'multipart/form-data',
  'text/html',
  'text/plain',
  'application/x-www-form-urlencoded',
]);

/** The media type that a header names. `other` if it is none that may be shown. */
export function mediaTypeIn(contentType: string | undefined): string | undefined {
  const [type = ''] = (contentType ?? '').split(';');
  const plain = type.trim().toLowerCase();
  if (plain === '') return undefined;
  return SHOWN.has(plain) ? plain : 'other';
}
