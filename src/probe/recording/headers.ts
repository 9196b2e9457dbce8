import type { IncomingHttpHeaders } from 'node:http';
import { MEDIA_TYPES } from './known-words.js';
import { hashOf, type Showing } from './shape.js';

/** The names of headers, in alphabetical order. */
export function headersShown(headers: IncomingHttpHeaders, showing: Showing): string[] {
  return Object.keys(headers)
    .map((name) =>
      /^[a-z][a-z-]{1,40}$/.test(name) && !showing.values.isIn(name) ? name : `{${hashOf(name, showing)}}`,
    )
    .toSorted();
}

/** The media type, if it is one that may be shown. */
export function mediaType(headers: IncomingHttpHeaders): string | undefined {
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  const plain = type.trim().toLowerCase();
  if (plain === '') return undefined;
  return MEDIA_TYPES.has(plain) ? plain : 'other';
}
