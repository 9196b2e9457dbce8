import { defect, KEY_EXISTS, NO_SUCH_TABLE } from './trouble.js';
import type { Trouble } from './trouble.js';

type Cause = Omit<Trouble, 'reason'>;

const LOST: Cause = {
  kind: 'passing',
  words: 'the connection to its server was lost',
  remedy: 'It goes on when the server answers. Check the server, and the network.',
};
const SLOW: Cause = {
  kind: 'passing',
  words: 'its server did not answer in time',
  remedy: 'Check what the server does, and the network. It goes on when the server answers.',
};
const NOBODY: Cause = {
  kind: 'passing',
  words: 'no server listens there',
  remedy: 'Start the server, or correct the host and the port. It goes on when the server answers.',
};
const UNKNOWN_HOST: Cause = {
  kind: 'lasting',
  words: 'the name of its host is not known',
  remedy: 'Correct the host in the URL of the database, or check the name server.',
};
const LOG_IN: Cause = {
  kind: 'lasting',
  words: 'its server refused the log-in',
  remedy: 'Correct user, password and database in the URL of the database, or the pg_hba.conf of the server.',
};
const NO_DATABASE: Cause = {
  kind: 'lasting',
  words: 'its server has no database with this name',
  remedy: 'Create it (`createdb`), or correct the URL of the database.',
};
const NOT_ALLOWED: Cause = {
  kind: 'lasting',
  words: 'its user lacks a right there',
  remedy: 'Make the user the owner of the database. For the webhook bridge, grant what docs/operations.md lists.',
};
const STARTING: Cause = {
  kind: 'passing',
  words: 'its server starts, stops or recovers',
  remedy: 'It goes on when the server is ready.',
};
const READ_ONLY: Cause = {
  kind: 'passing',
  words: 'its server takes no writes, as a standby does',
  remedy: 'After a failover, it goes on when the name of the host leads to the new primary.',
};
const TOO_MANY: Cause = {
  kind: 'passing',
  words: 'its server has no connection left',
  remedy: 'Raise max_connections: each of our processes uses up to 10.',
};
const CONFLICT: Cause = {
  kind: 'passing',
  words: 'others changed the same rows for too long',
  remedy: 'It goes on when they have finished. Check pg_stat_activity for a transaction that does not end.',
};
const TOO_LONG: Cause = {
  kind: 'lasting',
  words: 'a statement took too long',
  remedy: 'Check the load and the disk of the server, and pg_stat_activity for a transaction that does not end.',
};
const FULL: Cause = {
  kind: 'full',
  words: 'the disk of its server is full',
  remedy: 'Free space on the disk of the PostgreSQL server.',
};
const DAMAGED: Cause = {
  kind: 'lasting',
  words: 'its server reports a disk error or damaged data',
  remedy: 'Check the disk and the log of the server. Restore the database from the last backup if data is damaged.',
};
const NO_TLS: Cause = {
  kind: 'lasting',
  words: 'its server does not speak TLS',
  remedy: 'Let the server use TLS (ssl = on), or leave sslmode out of the URL of the database.',
};
const CERTIFICATE: Cause = {
  kind: 'lasting',
  words: 'the certificate of its server was not accepted',
  remedy:
    'In the URL of the database, write the host as it is in the certificate, and name the file of the certificate authority (sslrootcert=FILE).',
};
const CERTIFICATE_FILE: Cause = {
  kind: 'lasting',
  words: 'a certificate or key file cannot be read',
  remedy: 'Correct sslrootcert, sslcert or sslkey in the URL of the database, and let this process read the file.',
};
const NO_TURN: Cause = {
  kind: 'lasting',
  words: 'no connection to its server was free or made in time',
  remedy:
    'Check what the server does, its load, and the network. If the server answers, this process has too much to do: run another one.',
};

/** A write to a server that takes none. */
export const READ_ONLY_STATE = '25006';

const UNIQUE_VIOLATION = '23505';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html: a code, or the first two signs of a class. */
const BY_STATE: Partial<Record<string, Cause>> = {
  '08': LOST,
  [READ_ONLY_STATE]: READ_ONLY,
  '25P03': LOST,
  '28': LOG_IN,
  '3D000': NO_DATABASE,
  '40': CONFLICT,
  '42501': NOT_ALLOWED,
  '53100': FULL,
  '53300': TOO_MANY,
  '55P03': CONFLICT,
  '57014': TOO_LONG,
  '57P04': NO_DATABASE,
  '57P05': LOST,
  '57': STARTING,
  '58': DAMAGED,
  XX001: DAMAGED,
  XX002: DAMAGED,
};
/** Schema, table, column and function. */
const NOT_THERE = new Set(['3F000', '42P01', '42703', '42883']);
const SYNTAX_ERROR = '42601';

/** By the code of the operating system. */
const BY_CODE: Partial<Record<string, Cause>> = {
  ECONNREFUSED: NOBODY,
  ENOENT: NOBODY,
  EISDIR: CERTIFICATE_FILE,
  ENOTFOUND: UNKNOWN_HOST,
  EACCES: NOT_ALLOWED,
  ETIMEDOUT: SLOW,
  EAI_AGAIN: { ...UNKNOWN_HOST, kind: 'passing' },
};

/** What `pg` says without a code. */
const BY_WORDS: readonly [RegExp, string, Cause][] = [
  [/^timeout exceeded when trying to connect/, 'no turn', NO_TURN],
  [/timeout/, 'time-out', SLOW],
  [/^SASL|password must be/, 'log-in', LOG_IN],
  [/SSL/, 'TLS', NO_TLS],
  [/^Connection terminated|not queryable|^Client was closed/, 'connection lost', LOST],
];

/** What an error of `pg` means. Undefined for an error that is neither the server's nor the network's. */
export function postgresTroubleOf(error: unknown): Trouble | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const message = 'message' in error ? String(error.message) : '';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (isFromServer(error) && code !== undefined) return ofState(code, message);
  if (code !== undefined) return { reason: code, ...ofCode(code, error) };
  const found = BY_WORDS.find(([pattern]) => pattern.test(message));
  return found === undefined ? undefined : { reason: found[1], ...found[2] };
}

/** Whether the server answered with this error. It may be used further then. */
export function isFromServer(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'severity' in error;
}

function ofState(state: string, message: string): Trouble {
  if (NOT_THERE.has(state)) return NO_SUCH_TABLE;
  if (state === UNIQUE_VIOLATION) return defect(state, KEY_EXISTS);
  const cause = BY_STATE[state] ?? BY_STATE[state.slice(0, 2)];
  if (cause !== undefined) return { reason: state, ...cause };
  // A message of this class names tables and columns. Others repeat values, or the statement.
  return state.startsWith('42') && state !== SYNTAX_ERROR ? defect(state, message) : defect(state);
}

function ofCode(code: string, error: object): Cause {
  // The files that the URL names are read before the connection is made.
  if ('syscall' in error && error.syscall === 'open') return CERTIFICATE_FILE;
  if (/^(ERR_(TLS|SSL)_|CERT_|SELF_SIGNED|DEPTH_|UNABLE_TO_)/.test(code)) return CERTIFICATE;
  return BY_CODE[code] ?? LOST;
}
