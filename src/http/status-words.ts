import type { FAILURES } from '../messages/failures.js';

/** The HTTP statuses of failures, in words. docs/api.md takes its table from here. */
export const STATUS_WORDS: Record<(typeof FAILURES)[keyof typeof FAILURES]['http'], string> = {
  202: 'it is still being carried out',
  400: 'the input cannot be used. Nothing was created',
  401: 'no valid token',
  403: 'not allowed here',
  404: 'there is no such thing',
  405: 'there is such a path, but not with this method. `Allow` names the methods',
  408: 'the body did not come in time',
  409: 'not possible in this state',
  410: 'it was deleted',
  413: 'too large',
  415: 'the body is of another type than this call reads',
  422: 'well-formed, and not accepted',
  429: 'too soon. Try again after `Retry-After`',
  500: 'a defect, or a wrong setting',
  502: 'the provider refused, or answered something unexpected',
  503: 'out of reach now. Try again after `Retry-After`',
  507: 'no room left in the archive',
};
