import { defined } from '../../messages/defined.js';
import type { StepFailureCode } from '../../messages/failures.js';
import type { Api } from '../api.js';
import type { Envelope } from './envelope.js';
import type { Trouble } from '../errors.js';
import type { Loss } from '../http/loss.js';

/** An answer to be sorted. */
export interface Answered {
  /** HTTP status. */
  status: number;
  envelope: Envelope;
  /** Milliseconds, from `Retry-After`. */
  retryAfter?: number | undefined;
}

/**
 * Sorts the answers of both APIs. This is the only place that does.
 *
 * | answer                                   | read      | repeatable | doubtful            |
 * |------------------------------------------|-----------|------------|---------------------|
 * | no connection, TLS                       | not-sent  | not-sent   | not-sent            |
 * | no answer, cut answer, 408               | temporary | temporary  | unknown             |
 * | 429                                      | temporary | temporary  | temporary           |
 * | 503                                      | temporary | temporary  | unknown (a setting) |
 * | 4xx or 500 with known words              | refused   | refused    | refused             |
 * | other 5xx, 1xx, 303                      | temporary | temporary  | unknown             |
 * | other 3xx, other 4xx                     | refused   | refused    | refused             |
 * | 2xx that reports failure, unknown words  | temporary | temporary  | unknown             |
 *
 * Returns `undefined` for success.
 */
export function sortAnswer<Call extends string>(api: Api<Call>, call: Call, answered: Answered): Trouble | undefined {
  const { status: httpStatus, envelope } = answered;
  const succeeded = httpStatus >= 200 && httpStatus < 300;
  if (succeeded && envelope.succeeded !== false) return undefined;
  const status = statusOf(httpStatus, envelope);
  const trouble = {
    said: `HTTP ${httpStatus}${envelope.text === '' ? '' : `: ${envelope.text}`}`,
    status: httpStatus,
    ...defined({ errorId: envelope.errorId }),
  };

  if (status === 429) {
    const after = defined({ retryAfter: answered.retryAfter });
    return { ...trouble, kind: 'temporary', code: 'PROVIDER_BUSY', ...after };
  }
  if (status === 408) return { ...trouble, ...doubt(api, call, 'PROVIDER_UNREACHABLE') };
  if (status < 500 || status === 500) {
    const known = api.refusals.find((row) => (row.calls ?? [call]).includes(call) && row.words.test(envelope.text));
    if (known !== undefined) {
      const meaning = defined({ meaning: known.meaning });
      return { ...trouble, kind: 'refused', code: known.code, familiar: true, ...meaning };
    }
  }
  if (succeeded && status < 400) return { ...trouble, ...doubt(api, call, 'PROVIDER_ANSWER_UNKNOWN') };
  if (status >= 500) return { ...trouble, ...serverTrouble(api, call, status, answered.retryAfter) };
  if (status >= 400) return { ...trouble, ...unfamiliarRefusal(api, call, status, envelope) };
  if (status < 200 || status === 303) return { ...trouble, ...doubt(api, call, 'PROVIDER_ANSWER_UNKNOWN') };
  return {
    ...trouble,
    kind: 'refused',
    code: 'PROVIDER_REFUSED',
    ours: `the server redirects the call: ${api.elsewhere}`,
  };
}

/** Sorts a missing answer. */
export function sortLoss<Call extends string>(api: Api<Call>, call: Call, loss: Loss): Trouble {
  if (!loss.sent) return { kind: 'not-sent', code: 'PROVIDER_UNREACHABLE', ours: loss.message };
  return { ...doubt(api, call, 'PROVIDER_UNREACHABLE'), ours: loss.message };
}

/** Sorts an answer that reports success but lacks ids, a status or a PDF. `lacks` is our own text, safe to show. */
export function sortUnusable<Call extends string>(api: Api<Call>, call: Call, status: number, lacks: string): Trouble {
  return { ...doubt(api, call, 'PROVIDER_ANSWER_UNKNOWN'), status, ours: `HTTP ${status}: ${lacks}` };
}

/** Without a clear answer, reads and repeatable calls are repeated. Other calls may have been carried out. */
function doubt<Call extends string>(api: Api<Call>, call: Call, code: StepFailureCode): Pick<Trouble, 'kind' | 'code'> {
  if (api.effects[call] !== 'doubtful') return { kind: 'temporary', code };
  return { kind: 'unknown', code: api.inDoubt[call] ?? 'PROVIDER_ANSWER_UNKNOWN' };
}

function serverTrouble<Call extends string>(
  api: Api<Call>,
  call: Call,
  status: number,
  retryAfter: number | undefined,
): Pick<Trouble, 'kind' | 'code' | 'retryAfter'> {
  const code = status === 502 || status === 504 ? 'PROVIDER_UNREACHABLE' : 'PROVIDER_BUSY';
  const after = defined({ retryAfter });
  if (status === 503 && !api.assumed.status503IsUnknownOnWrites) return { kind: 'temporary', code, ...after };
  return { ...doubt(api, call, code), ...after };
}

function unfamiliarRefusal<Call extends string>(
  api: Api<Call>,
  call: Call,
  status: number,
  envelope: Envelope,
): Pick<Trouble, 'kind' | 'code' | 'meaning' | 'ours'> {
  if (status === 401) return { kind: 'refused', code: 'CREDENTIALS_REFUSED' };
  if (status !== 404 && status !== 410) return { kind: 'refused', code: 'PROVIDER_REFUSED' };
  const addressIsRight = envelope.speaks || api.addressProven.includes(call) || bareMeansNotThere(api, envelope);
  if (status === 404 && !addressIsRight) {
    const ours = 'nothing is served at this address: check the address, or see the assumption bareNotFound';
    return { kind: 'refused', code: 'PROVIDER_REFUSED', ours };
  }
  const gone = api.removing.includes(call) ? ({ meaning: 'gone' } as const) : {};
  return { kind: 'refused', code: 'PROVIDER_NOT_FOUND', ...gone };
}

function bareMeansNotThere({ assumed }: Pick<Api<never>, 'assumed'>, { form }: Envelope): boolean {
  return (
    assumed.bareNotFound === 'not-there' || (assumed.bareNotFound === 'wrong-address-unless-json' && form === 'json')
  );
}

/** The status that counts. V1 answers 400, or even 200, with a body that says 404 (§2.2). */
function statusOf(httpStatus: number, { bodyStatus }: Envelope): number {
  if (bodyStatus === undefined || bodyStatus < 400) return httpStatus;
  return httpStatus < 300 || httpStatus === 400 ? bodyStatus : httpStatus;
}
