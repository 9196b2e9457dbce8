import { VideoIdError } from '../../messages/failures.js';

/** A server as people set it up. */
export interface Server {
  /** In a sentence: "the Optimizer". */
  name: string;
  /** The setting that holds its address. */
  setting: string;
  /** Where its API lies. */
  basePath: string;
}

/** The vendor's generated samples repeat it after the base path (§1.1). */
const DOUBLED = '/api/v1';

/**
 * The origin and base path of a server, from what people write: with or without the base path, and with the prefix doubled
 * as in the vendor's generated samples.
 *
 * @throws VideoIdError BAD_SETTING for what is not an http(s) address
 */
export function addressOf(baseUrl: string, server: Server): { origin: string; basePath: string } {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new VideoIdError('BAD_SETTING', `The address of ${server.name} cannot be used.`, {
      field: server.setting,
      remedy: 'Give an http or https address such as https://provider.example.com.',
    });
  }
  const path = url.pathname.replace(/\/+$/, '');
  const written = [`${server.basePath}${DOUBLED}`, server.basePath].find((ending) => path.endsWith(ending)) ?? '';
  return { origin: url.origin, basePath: `${path.slice(0, path.length - written.length)}${server.basePath}` };
}

/** An id or uid as a path segment; `.` and `..` would climb. Throws `TypeError` for what is no id. */
export function segment(id: string): string {
  if (id === '' || id === '.' || id === '..') throw new TypeError('an empty id or a relative path is no id');
  return encodeURIComponent(id);
}
