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
  .union([z.int().nonnegative(), z.string().regex(/^\d{1,20}$/)])
  .transform((value) => String(value) as RequestPk);
const word = z.string().max(64);

/** §7.1: `request` is an object. Some documented events carry no `pk`. */
const eventPayload = z
  .looseObject({ request: z.looseObject({ pk: pk.optional(), status: word.optional() }) })
  .transform(({ request }) => ({ requestPk: request.pk, status: request.status }));

/** §7.2: `request` is the `request_pk` itself. */
const flatPayload = z
  .looseObject({ request: pk, status: word.optional() })
  .transform(({ request, status }) => ({ requestPk: request, status }));

const payload = z.union([eventPayload, flatPayload]);

/**
 * Reads a callback body of either documented shape (§7). Unknown fields are ignored.
 *
 * @returns the hint; `no-request` for an event without a request; `garbage` for everything else
 */
export function readHint(body: Buffer): Hint | 'no-request' | 'garbage' {
  let content: unknown;
  try {
    content = JSON.parse(body.toString('utf8'));
  } catch {
    return 'garbage';
  }
  const result = payload.safeParse(content);
  if (!result.success) return 'garbage';
  const { requestPk, status } = result.data;
  if (requestPk === undefined) return 'no-request';
  return { requestPk, status: PROVIDER_STATUSES.find((known) => known === status) };
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
