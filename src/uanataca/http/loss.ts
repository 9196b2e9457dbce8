import { defined } from '../../messages/defined.js';
import type { StepFailureCode } from '../../messages/failures.js';
import { VideoIdError } from '../../messages/failures.js';
import { sentenceOf } from '../../network/sentences.js';
import { CERTIFICATE_ALERT, isTlsCode } from '../../network/tls-words.js';

/** A call without a complete answer. */
export class Loss extends Error {
  override readonly name = 'Loss';
  readonly code: StepFailureCode;
  /** What to do, if the cause is known. */
  readonly remedy: string | undefined;
  /** The code of the error behind it, of undici, Node or OpenSSL. */
  readonly error: string;

  constructor(
    /** False if the provider cannot have seen the request. */
    readonly sent: boolean,
    message: string,
    more: { code?: StepFailureCode; remedy?: string; error?: string } = {},
  ) {
    super(message);
    this.code = more.code ?? 'PROVIDER_UNREACHABLE';
    this.remedy = more.remedy;
    this.error = more.error ?? '';
  }
}

/** No connection was made. Because the code is ours, undici passes the error unchanged to the waiting request. */
export class NotConnected extends Error {
  readonly code = 'NOT_CONNECTED';

  constructor(readonly because: Error) {
    super('not connected');
  }
}

/** Mistakes in our own call, not in the network. */
const MISTAKES = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED']);

/**
 * Turns network errors into a `Loss`. Errors with other causes stay as they are: a file that cannot be read, our own mistakes.
 * In doubt, the request counts as sent.
 */
export function asLoss(error: unknown): unknown {
  if (error instanceof NotConnected) {
    const { because } = error;
    return because instanceof VideoIdError || because instanceof Loss ? because : lossOf(false, codeOf(because));
  }
  if (error instanceof Loss || error instanceof VideoIdError || error instanceof TypeError) return error;
  const code = codeOf(error);
  if (MISTAKES.has(code)) return error;
  return lossOf(!CERTIFICATE_ALERT.test(code), code);
}

function lossOf(sent: boolean, error: string): Loss {
  const more = { error, ...defined({ code: isTlsCode(error) ? ('TLS_FAILED' as const) : undefined }) };
  return new Loss(sent, sentenceOf(error), more);
}

/** The code of an error. If several addresses were tried, the code of the first. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'errors' in error && Array.isArray(error.errors) ? codeOf(error.errors[0]) : 'unknown';
}
