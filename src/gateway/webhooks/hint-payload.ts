import { z } from 'zod';
import { PROVIDER_STATUSES, type Flow, type KnownProviderStatus, type RequestPk } from '../../messages/request.js';

/** The used part of a callback: the request, and a status that may make a signal unnecessary. We trust neither. */
export interface Hint {
  requestPk: RequestPk;
  /** Undefined if the payload has none, or one that the provider does not document. */
  status: KnownProviderStatus | undefined;
}

/** A number in every documented payload. Digits as text are accepted too. Nothing else may become part of a file name. */
const pk = z
  .union([
    z.int().nonnegative(),
    z
      .string()
      .trim()
      .regex(/^\d{1,20}$/),
  ])
  .transform((value) => String(value) as RequestPk);
/** A status only tells which hints are not needed. So whatever is no status we know, also `null`, is like none. */
const word = z.unknown().optional();

/** §7.1: `request` is an object. Some documented events carry no `pk`. */
const eventPayload = z
  .looseObject({ request: z.looseObject({ pk: pk.nullish(), status: word }) })
  .transform(({ request }) => ({ requestPk: request.pk ?? undefined, status: request.status }));

/** §7.2: `request` is the `request_pk` itself. */
const flatPayload = z
  .looseObject({ request: pk, status: word })
  .transform(({ request, status }) => ({ requestPk: request, status }));

const payload = z.union([eventPayload, flatPayload]);

/**
 * Reads a callback body of either documented shape (§7). Unknown fields are ignored. The provider documents neither the encoding nor
 * the type of the body (§7.4), and its other answers come with and without an envelope, so both are read.
 *
 * @returns the hint; `no-request` for an event without a request; `garbage` for everything else
 */
export function readHint(body: Buffer, contentType = ''): Hint | 'no-request' | 'garbage' {
  let content: unknown;
  try {
    content = JSON.parse(textOf(body, contentType));
  } catch {
    return 'garbage';
  }
  const found = [content, ...insideOf(content)].map((each) => payload.safeParse(each)).find(({ success }) => success);
  if (found?.data === undefined) return 'garbage';
  const { requestPk, status } = found.data;
  if (requestPk === undefined) return 'no-request';
  return { requestPk, status: PROVIDER_STATUSES.find((known) => known === status) };
}

/** Leaves a byte-order mark out. What is read of the text is ASCII, so bytes of an unknown encoding do no harm. */
function textOf(body: Buffer, contentType: string): string {
  const [, charset = 'utf-8'] = /charset\s*=\s*"?([\w.:-]+)/i.exec(contentType) ?? [];
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return new TextDecoder('utf-8').decode(body);
  }
}

/** What an envelope has inside: `{"data": {…}}`, `[{…}]`. */
function insideOf(content: unknown): unknown[] {
  return typeof content === 'object' && content !== null ? Object.values(content) : [];
}

/** The flows in which a status can end a wait. ISSUED ends only waits of enrolments: a signature request causes it itself. */
const FORWARDED: Record<KnownProviderStatus, readonly Flow[]> = {
  CREATED: ['signature', 'enrolment'],
  VIDEOPENDING: [],
  VIDEOINCOMPLETE: ['signature', 'enrolment'],
  VIDEOREVIEW: ['signature', 'enrolment'],
  VIDEOERROR: ['signature', 'enrolment'],
  ENROLLREADY: ['signature', 'enrolment'],
  ISSUED: ['enrolment'],
  RENEWED: [],
  CANCELLED: ['signature', 'enrolment'],
};

/** Whether a status needs a signal to requests of this flow, or of any flow. An unknown status needs one. */
export function isForwarded(status: Hint['status'], flow?: Flow): boolean {
  if (status === undefined) return true;
  return flow === undefined ? FORWARDED[status].length > 0 : FORWARDED[status].includes(flow);
}
