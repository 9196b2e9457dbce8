import { VideoIdError } from '../../messages/failures.js';

/** Our own sentences for the connection errors of undici and Node: theirs may contain personal data. */
const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ENOTFOUND: 'the host name was not found',
  EAI_AGAIN: 'the host name could not be looked up',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'no connection within the time-out',
  UND_ERR_CONNECT_TIMEOUT: 'no connection within the time-out',
  ERR_TLS_CERT_ALTNAME_INVALID: 'TLS: the certificate does not name this host',
  CERT_HAS_EXPIRED: 'TLS: the certificate has expired',
  UND_ERR_HEADERS_TIMEOUT: 'no answer within the time-out',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped within the time-out',
  UND_ERR_SOCKET: 'the connection was closed before the answer was complete',
  ECONNRESET: 'the connection was reset before the answer was complete',
  EPIPE: 'the connection was closed before the request was complete',
};

/** A call without a complete answer. */
export class Loss extends Error {
  override readonly name = 'Loss';

  constructor(
    /** False if the provider cannot have seen the request. */
    readonly sent: boolean,
    message: string,
  ) {
    super(message);
  }
}

/** No connection was made. Because the code is ours, undici passes the error unchanged to the waiting request. */
export class NotConnected extends Error {
  readonly code = 'NOT_CONNECTED';

  constructor(readonly because: Error) {
    super('not connected');
  }
}

/** In TLS 1.3, a server refuses our certificate after our side of the handshake. It has not read the request then. */
const CERTIFICATE_REFUSED =
  /^ERR_SSL_\w+_ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)$/;

/** Mistakes in our own call, not in the network. */
const MISTAKES = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED']);

/**
 * Turns network errors into a `Loss`. Errors with other causes stay as they are: a file that cannot be read, our own mistakes.
 * In doubt, the request counts as sent.
 */
export function asLoss(error: unknown): unknown {
  if (error instanceof NotConnected) {
    return error.because instanceof VideoIdError ? error.because : new Loss(false, sentenceOf(codeOf(error.because)));
  }
  if (error instanceof Loss || error instanceof VideoIdError || error instanceof TypeError) return error;
  const code = codeOf(error);
  if (MISTAKES.has(code)) return error;
  return new Loss(!CERTIFICATE_REFUSED.test(code), sentenceOf(code));
}

function sentenceOf(code: string): string {
  const sentence = SENTENCES[code];
  if (sentence !== undefined) return sentence;
  if (CERTIFICATE_REFUSED.test(code)) return `TLS: the server refuses our certificate (${code})`;
  if (/CERT|_SSL_|_TLS_|EPROTO/.test(code)) return `TLS: no trusted connection (${code})`;
  return `the connection failed (${code})`;
}

/** The code of an error. If several addresses were tried, the code of the first. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'errors' in error && Array.isArray(error.errors) ? codeOf(error.errors[0]) : 'unknown';
}
