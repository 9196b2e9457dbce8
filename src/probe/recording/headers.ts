import type { IncomingHttpHeaders } from 'node:http';
import { hashOf, type Showing } from './shape.js';

/** The names of headers, in alphabetical order. */
export function headersShown(headers: IncomingHttpHeaders, showing: Showing): string[] {
  return Object.keys(headers)
    .map((name) =>
      /^[a-z][a-z-]{1,40}$/.test(name) && !showing.values.isIn(name) ? name : `{${hashOf(name, showing)}}`,
    )
    .toSorted();
}
