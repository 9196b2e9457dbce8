import { defined } from '../../messages/defined.js';
import type { StepFailureCode } from '../../messages/failures.js';
import type { Api } from '../api.js';
import type { Envelope } from './envelope.js';
import type { KnownRefusal } from './known-refusals.js';
import type { Trouble } from '../errors.js';
import type { Loss } from '../http/loss.js';

/** An answer to be sorted. */
export interface Answered {
  /** HTTP status. */
  status: number;
  envelope: Envelope;
  /** Milliseconds, from `Retry-After`. */
  retryAfter?: number | undefined;
  /** Where a redirect leads. `here`: to the same path on the same host, with another scheme or a slash more or less. */
  redirect?: { host: string; here: boolean } | undefined;
}

/** An API, and where it is in a sentence: "the Optimizer at optimizer.example.com:443". */
export interface At<Call extends string> {
  api: Api<Call>;
  place: string;
}

/**
 * Sorts the answers of both APIs. This is the only place that does.
 *
 * | answer                                   | read      | repeatable | doubtful            |
 * |------------------------------------------|-----------|------------|---------------------|
 * | no connection, TLS                       | not-sent  | not-sent   | not-sent            |
 * | no answer, cut answer, 408               | temporary | temporary  | unknown             |
 * | 4xx or 500 with words of a setting       | refused   | refused    | refused             |
 * | 429, other 307 and 308                   | temporary | temporary  | temporary           |
 * | 503                                      | temporary | temporary  | unknown (a setting) |
 * | 4xx or 500 with known words              | refused   | refused    | refused             |
 * | other 5xx, 1xx                           | temporary | temporary  | unknown             |
 * | 3xx to the same address                  | refused   | refused    | refused             |
 * | other 3xx, 2xx and 4xx in a foreign form | temporary | temporary  | unknown             |
 * | 4xx that the provider or another wrote   | temporary | temporary  | unknown             |
 * | other 4xx                                | refused   | refused    | refused             |
 * | 2xx that reports failure, unknown words  | temporary | temporary  | unknown             |
 *
 * Returns `undefined` for success.
 */
export function sortAnswer<Call extends string>(at: At<Call>, call: Call, answered: Answered): Trouble | undefined {
  const { api } = at;
  const { status: httpStatus, envelope } = answered;
  const succeeded = httpStatus >= 200 && httpStatus < 300;
  if (succeeded && envelope.succeeded !== false) return undefined;
  const status = statusOf(httpStatus, envelope);
  const trouble = {
    said: saidBy(answered),
    status: httpStatus,
    ...defined({ errorId: envelope.errorId }),
  };

  const known = knownRefusal(api, call, status, envelope);
  if (known !== undefined) {
    const meaning = defined({ meaning: known.meaning });
    return { ...trouble, kind: 'refused', code: known.code, familiar: true, ...meaning };
  }
  if (status === 429) {
    const after = defined({ retryAfter: answered.retryAfter });
    return { ...trouble, kind: 'temporary', code: 'PROVIDER_BUSY', ...after };
  }
  if (status === 408) return { ...trouble, ...doubt(api, call, 'PROVIDER_UNREACHABLE') };
  if (succeeded && status < 400) return { ...trouble, ...doubt(api, call, 'PROVIDER_ANSWER_UNKNOWN') };
  if (answered.redirect?.here === true && status >= 300 && status < 400) {
    const ours = `the server redirects the call: check ${api.elsewhere}`;
    return { ...trouble, kind: 'refused', code: 'PROVIDER_REFUSED', ours };
  }
  if (isForeign(api, status, envelope)) return sortForeign(at, call, answered);
  if (isFromEither(api, call, status, envelope)) return sortEither(at, call, answered);
  if (status >= 500) return { ...trouble, ...serverTrouble(at, call, status, answered.retryAfter) };
  if (status >= 400) return { ...trouble, ...unfamiliarRefusal(at, call, status, envelope) };
  return { ...trouble, ...doubt(api, call, 'PROVIDER_ANSWER_UNKNOWN') };
}

/** Sorts an answer that the provider did not give. It is no answer to the call, and says nothing about the request. */
export function sortForeign<Call extends string>({ api, place }: At<Call>, call: Call, answered: Answered): Trouble {
  const { status, envelope, redirect } = answered;
  const trouble = { said: saidBy(answered), status };
  if (asksForCertificate(status, envelope)) {
    const ours = `${place} wants a client certificate, and did not accept ours`;
    return { ...trouble, kind: 'not-sent', code: 'CLIENT_CERTIFICATE_FAILED', ours, remedy: CHECK_CERTIFICATE };
  }
  const to = redirect === undefined ? '' : ` with a redirect to ${redirect.host}`;
  const or = status === 404 ? ', or nothing is served at this address' : '';
  const ours = `something between us and ${place} answered${to}${or}`;
  const sorted = foreignKind(api, call, status);
  // A call in doubt is not repeated for ever.
  return { ...trouble, ...sorted, ours, remedy: sorted.kind === 'temporary' ? `${FOREIGN} ${GOES_ON}` : FOREIGN };
}

/**
 * Sorts a refusal that the provider or something in between may have written. It must harm in neither case: a read goes on, and a
 * call that must not be done twice waits for a person.
 */
function sortEither<Call extends string>({ api, place }: At<Call>, call: Call, answered: Answered): Trouble {
  const ours = eitherRefused(place);
  const trouble = { said: saidBy(answered), status: answered.status, ours, remedy: EITHER, mayBeRefusal: true };
  return { ...trouble, ...doubt(api, call, 'PROVIDER_ANSWER_UNKNOWN') };
}

function eitherRefused(place: string): string {
  return `either ${place} refused this, or something between us and it did`;
}

const EITHER =
  'If the words are the provider’s, do what they say. If not, check the proxies and the network between here and there. See also the assumption unknownRefusals.';

/** A 307 or 308 asks for the same call elsewhere. A 407 or 511 has most likely passed nothing on, but whoever answers has seen a code. */
function foreignKind<Call extends string>(api: Api<Call>, call: Call, status: number): Pick<Trouble, 'kind' | 'code'> {
  if (status === 307 || status === 308) return { kind: 'temporary', code: 'ANSWER_NOT_FROM_PROVIDER' };
  return doubt(api, call, 'ANSWER_NOT_FROM_PROVIDER');
}

const FOREIGN = 'Check the address, and the proxies and the network between here and there.';
const GOES_ON = 'When the provider itself answers, it goes on.';

const CHECK_CERTIFICATE =
  'See what `videoid doctor` says about the client certificate. Put the right one where the settings say; no restart is needed.';

/** Web servers answer so to a client without the right certificate (§1.2). */
function asksForCertificate(status: number, { form, text }: Envelope): boolean {
  return status === 400 && form !== 'json' && /SSL certificate/i.test(text);
}

/** Whether something else than the provider answered. Its own web server may say so, too, that a body is too large. */
function isForeign({ assumed }: Pick<Api<never>, 'assumed'>, status: number, envelope: Envelope): boolean {
  if (status === 407 || status === 511 || (status >= 300 && status < 400)) return true;
  if (asksForCertificate(status, envelope)) return true;
  if (status >= 500 || status < 200 || status === 413 || !assumed.answersAreJson) return false;
  if (envelope.origin !== 'foreign') return false;
  return !((status === 404 || status === 410) && bareMeansNotThere({ assumed }, envelope));
}

/** The refusal with these words, if they count: V1 reports mistakes of the caller with 500. */
function knownRefusal<Call extends string>(
  api: Api<Call>,
  call: Call,
  status: number,
  envelope: Envelope,
): KnownRefusal<Call> | undefined {
  if (status > 500 || envelope.bare) return undefined;
  if (envelope.form !== 'json' && (envelope.form !== 'text' || api.assumed.answersAreJson)) return undefined;
  const isOfOthers =
    status === 408 || status === 429 || (status === 401 && !api.refusesLogins && envelope.origin !== 'provider');
  return api.refusals.find(
    ({ calls, words, anyStatus }) =>
      (anyStatus === true || !isOfOthers) && (calls ?? [call]).includes(call) && words.test(envelope.text),
  );
}

/** Statuses that say who may come in, which gateways and proxies answer too. */
const OF_ACCESS = new Set([401, 403]);

/** Whether the form does not tell if the provider or something in between has written a refusal in unknown words (§2). */
function isFromEither<Call extends string>(
  { assumed, addressProven, readAfterwards }: Api<Call>,
  call: Call,
  status: number,
  { origin, speaks }: Envelope,
): boolean {
  if (assumed.unknownRefusals === 'provider' || status < 400 || status >= 500 || status === 413) return false;
  if (status === 404 && (!speaks || addressProven.includes(call))) return false;
  if (origin === 'possible') return true;
  // The signer of a wrong code would have to wait for what the next read shows anyway.
  return origin === 'likely' && OF_ACCESS.has(status) && !(status === 403 && readAfterwards.includes(call));
}

/** The words of a refusal. The content of a success is not for people. */
function saidBy({ status, envelope }: Answered): string {
  const isContent = status >= 200 && status < 300 && envelope.form === 'json' && envelope.succeeded !== false;
  return `HTTP ${status}${envelope.text === '' || isContent ? '' : `: ${envelope.text}`}`;
}

/** Sorts a missing answer. */
export function sortLoss<Call extends string>({ api, place }: At<Call>, call: Call, loss: Loss): Trouble {
  const ours = `${place}: ${loss.message}`;
  const kind = loss.sent ? doubt(api, call, loss.code) : ({ kind: 'not-sent', code: loss.code } as const);
  return { ...kind, ours, ...defined({ remedy: loss.remedy }) };
}

/** Sorts an answer that reports success but lacks ids, a status or a PDF. `lacks` is our own text, safe to show. */
export function sortUnusable<Call extends string>(
  at: At<Call>,
  call: Call,
  answered: Answered,
  lacks: string,
): Trouble {
  const { api } = at;
  const { status, envelope } = answered;
  if (api.assumed.answersAreJson && !envelope.own && envelope.form !== 'broken') return sortForeign(at, call, answered);
  const cut = envelope.form === 'broken' ? ': a part is missing, or something on the way changed it' : '';
  return { ...doubt(api, call, 'PROVIDER_ANSWER_UNKNOWN'), status, ours: `HTTP ${status}: ${lacks}${cut}` };
}

/** Without a clear answer, reads and repeatable calls are repeated. Other calls may have been carried out. */
function doubt<Call extends string>(api: Api<Call>, call: Call, code: StepFailureCode): Pick<Trouble, 'kind' | 'code'> {
  if (api.effects[call] !== 'doubtful') return { kind: 'temporary', code };
  return { kind: 'unknown', code: api.inDoubt[call] ?? 'PROVIDER_ANSWER_UNKNOWN' };
}

function serverTrouble<Call extends string>(
  { api, place }: At<Call>,
  call: Call,
  status: number,
  retryAfter: number | undefined,
): Pick<Trouble, 'kind' | 'code' | 'retryAfter' | 'ours'> {
  const isOfGateway = status === 502 || status === 504;
  const code = isOfGateway ? 'PROVIDER_UNREACHABLE' : 'PROVIDER_BUSY';
  const ours = isOfGateway ? `a server or proxy in front of ${place} got no answer from it` : undefined;
  const after = defined({ retryAfter, ours });
  if (status === 503 && !api.assumed.status503IsUnknownOnWrites) return { kind: 'temporary', code, ...after };
  return { ...doubt(api, call, code), ...after };
}

function unfamiliarRefusal<Call extends string>(
  { api, place }: At<Call>,
  call: Call,
  status: number,
  envelope: Envelope,
): Pick<Trouble, 'kind' | 'code' | 'meaning' | 'ours'> {
  const isSure = envelope.origin === 'provider' || api.assumed.unknownRefusals === 'provider';
  const either = isSure ? {} : { ours: eitherRefused(place) };
  if (status === 401) return { kind: 'refused', code: 'CREDENTIALS_REFUSED' };
  const addressIsRight = envelope.speaks || api.addressProven.includes(call) || bareMeansNotThere(api, envelope);
  if (status === 413) {
    return { kind: 'refused', code: 'PROVIDER_REFUSED', ours: 'the server, or a proxy, takes no body of this size' };
  }
  if (status !== 404 && status !== 410) return { kind: 'refused', code: 'PROVIDER_REFUSED', ...either };
  if (status === 404 && !addressIsRight) {
    const ours =
      'nothing is served at this address, or something in between answered: check the address and the proxies, or see the assumption bareNotFound';
    return { kind: 'refused', code: 'PROVIDER_REFUSED', ours };
  }
  const gone = api.removing.includes(call) ? ({ meaning: 'gone' } as const) : {};
  return { kind: 'refused', code: 'PROVIDER_NOT_FOUND', ...either, ...gone };
}

function bareMeansNotThere({ assumed }: Pick<Api<never>, 'assumed'>, { origin }: Envelope): boolean {
  return (
    assumed.bareNotFound === 'not-there' ||
    (assumed.bareNotFound === 'wrong-address-unless-json' && origin !== 'foreign')
  );
}

/** The status that counts. V1 answers 400, or even 200, with a body that says 404 (§2.2). */
function statusOf(httpStatus: number, { bodyStatus }: Envelope): number {
  if (bodyStatus === undefined || bodyStatus < 400) return httpStatus;
  return httpStatus < 300 || httpStatus === 400 ? bodyStatus : httpStatus;
}
