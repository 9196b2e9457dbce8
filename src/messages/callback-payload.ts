import { defined } from './defined.js';
import type { RequestPk } from './request.js';

/** The events that the provider documents (§7.1). */
export const EVENT_TYPES = [
  'REQUEST_CREATED',
  'VIDEOID_UPDATED',
  'VIDEOID_FAILED',
  'VIDEOID_REFUSED',
  'REQUEST_APPROVED',
  'REQUEST_CANCELED',
  'REQUEST_ENROLLED',
  'CERTIFICATE_REVOKED',
  'CERTIFICATE_SUSPENDED',
] as const;

/** What a callback says. Nobody has checked any of it. */
export interface CallbackPayload {
  /** The documented forms: `event` (§7.1) has an object `request`, in `flat` (§7.2) it is the id. */
  form: 'event' | 'flat' | 'other';
  /** Whether it is inside of something: `{"data": {…}}`, `[{…}]`. */
  wrapped: boolean;
  /** Some documented events name no request. */
  requestPk?: RequestPk;
  status?: unknown;
  eventType?: unknown;
  /** `sent_at`, or `date`. */
  sentAt?: unknown;
}

/**
 * The JSON of a body. The provider documents neither its encoding nor its type (§7.4). A byte-order mark is left out. What is read of
 * the text is ASCII, so bytes of an unknown encoding do no harm.
 *
 * @returns undefined if it is no JSON
 */
export function callbackContent(body: Uint8Array, contentType = ''): unknown {
  try {
    return JSON.parse(callbackText(body, contentType)) as unknown;
  } catch {
    return undefined;
  }
}

/** The text of a body. */
export function callbackText(body: Uint8Array, contentType = ''): string {
  const [, charset = 'utf-8'] = /charset\s*=\s*"?([\w.:-]+)/i.exec(contentType) ?? [];
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return new TextDecoder('utf-8').decode(body);
  }
}

/**
 * Reads the content of a callback in either documented form. Unknown fields are ignored. The provider's other answers come with and
 * without an envelope, so both are read.
 */
export function readCallback(content: unknown): CallbackPayload {
  const own = payloadIn(content);
  if (own !== undefined) return { ...own, wrapped: false };
  const inside = typeof content === 'object' && content !== null ? Object.values(content) : [];
  const found = inside.map((each) => payloadIn(each)).find((each) => each !== undefined);
  return found === undefined ? { form: 'other', wrapped: false } : { ...found, wrapped: true };
}

function payloadIn(content: unknown): Omit<CallbackPayload, 'wrapped'> | undefined {
  if (!isObject(content)) return undefined;
  const { request, event_type: eventType, sent_at: sentAt = content['date'] } = content;
  if (!isObject(request)) {
    const requestPk = pkOf(request);
    return requestPk === undefined
      ? undefined
      : { form: 'flat', requestPk, status: content['status'], eventType, sentAt };
  }
  const { pk, status } = request;
  const requestPk = pkOf(pk);
  // An id that cannot be one is no event without a request.
  if (requestPk === undefined && pk !== undefined && pk !== null) return undefined;
  return { form: 'event', ...defined({ requestPk }), status, eventType, sentAt };
}

/** A number in every documented payload. Digits as text are accepted too. Nothing else may become part of a file name. */
function pkOf(value: unknown): RequestPk | undefined {
  const isNumber = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
  if (!isNumber && typeof value !== 'string') return undefined;
  const digits = String(value).trim();
  return /^\d{1,20}$/.test(digits) ? (digits as RequestPk) : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `20250715083633` (§7.1) and `2021-07-20T08:08:21.132394` (§7.2). */
const WITHOUT_ZONE = /^(\d{4})-?(\d\d)-?(\d\d)[T ]?(\d\d):?(\d\d):?(\d\d)(\.\d{1,9})?$/;

/**
 * The time that a payload names, if it names no time zone: read as UTC, although no zone is documented.
 *
 * @returns milliseconds since 1970
 */
export function sentAtAsUtc({ sentAt }: Pick<CallbackPayload, 'sentAt'>): number | undefined {
  const [, year, month, day, hours, minutes, seconds] = (typeof sentAt === 'string' && WITHOUT_ZONE.exec(sentAt)) || [];
  if (year === undefined) return undefined;
  const time = Date.parse(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(time) ? undefined : time;
}
