import { VideoIdError } from '../../../messages/failures.js';

/** Of the many parameters that a URL may have. The others are ours to set, or have no meaning here. */
const PARAMETERS = ['host', 'options', 'sslcert', 'sslkey', 'sslmode', 'sslnegotiation', 'sslrootcert'];
/** `pg` checks the certificate and the name for all of these, but warns that it will not always. */
const CHECKED_MODES = new Set(['prefer', 'require', 'verify-ca']);

export interface PostgresUrl {
  /** With the password. */
  connectionString: string;
  /** Without user and password: `postgresql://host:port/name`. */
  place: string;
}

/**
 * Reads the URL of a PostgreSQL database. The URL is secret, so no error repeats any of it.
 *
 * @param field the setting that names it, for errors
 * @throws VideoIdError BAD_SETTING
 */
export function readPostgresUrl(text: string, field: string): PostgresUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['postgres:', 'postgresql:'].includes(url.protocol) || url.pathname.length < 2) {
    throw badUrl(field, 'is not the URL of a PostgreSQL database');
  }
  if (![url.username, url.password, url.hostname, url.pathname].every(isEncoded)) {
    throw badUrl(field, 'contains a wrong %XX');
  }
  if ([...url.searchParams.keys()].some((name) => !PARAMETERS.includes(name))) {
    throw badUrl(field, `has a parameter other than ${PARAMETERS.join(', ')}`);
  }
  if (CHECKED_MODES.has(url.searchParams.get('sslmode') ?? '')) url.searchParams.set('sslmode', 'verify-full');
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname);
  const port = url.port === '' ? '' : `:${url.port}`;
  return { connectionString: url.href, place: `postgresql://${host}${port}${url.pathname}` };
}

function isEncoded(text: string): boolean {
  try {
    return decodeURIComponent(text) !== undefined;
  } catch {
    return false;
  }
}

function badUrl(field: string, words: string): VideoIdError {
  return new VideoIdError('BAD_SETTING', `The value that ${field} names ${words}.`, {
    field,
    remedy:
      'Write postgresql://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full. In user and password, write all characters except letters and digits as %XX.',
  });
}
