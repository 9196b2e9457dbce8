import { VideoIdError } from '../../messages/failures.js';

/** A server in the settings. */
export interface Server {
  /** Its name in a sentence: "the Optimizer". */
  name: string;
  /** The settings that hold its address, the CA of its certificate, and our certificate for it. */
  addressSetting: string;
  caSetting: string;
  certificateSetting?: string;
  /** The setting that holds the outbound proxy. */
  proxySetting: string;
  /** The path of its API. */
  basePath: string;
}

/** Host and port of an origin: `optimizer.example.com:443`. */
export function hostAndPortOf(origin: string): string {
  const { hostname, port, protocol } = new URL(origin);
  return `${hostname}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}`;
}

/** The vendor's generated samples repeat this after the base path (§1.1). */
const DOUBLED = '/api/v1';

/**
 * The origin and base path of a server. The given address may have the base path or not, or a doubled prefix as in the
 * vendor's generated samples.
 *
 * @throws VideoIdError BAD_SETTING for anything but an http(s) address
 */
export function addressOf(baseUrl: string, server: Server): { origin: string; basePath: string } {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new VideoIdError('BAD_SETTING', `The address of ${server.name} cannot be used.`, {
      field: server.addressSetting,
      remedy: 'Give an http or https address such as https://provider.example.com.',
    });
  }
  const path = url.pathname.replace(/\/+$/, '');
  const written = [`${server.basePath}${DOUBLED}`, server.basePath].find((ending) => path.endsWith(ending)) ?? '';
  return { origin: url.origin, basePath: `${path.slice(0, path.length - written.length)}${server.basePath}` };
}

/** An id or uid as a path segment. Throws `TypeError` for an empty id, and for `.` and `..`, which would change the path. */
export function segment(id: string): string {
  if (id === '' || id === '.' || id === '..') throw new TypeError('an id may not be empty or a relative path');
  return encodeURIComponent(id);
}
