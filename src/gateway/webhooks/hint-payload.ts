import { z } from 'zod';
import { PROVIDER_STATUSES, type Flow, type KnownProviderStatus, type RequestPk } from '../../messages/request.js';

/** What is used of a provider callback: which request, and a word that may spare a signal. Nothing of it is believed. */
export interface Hint {
  requestPk: RequestPk;
  /** Undefined when the payload has none, or one the provider does not document. */
  status: KnownProviderStatus | undefined;
}

/** A number in every documented payload; digits as text are taken too. Nothing else can name a file. */
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
 * Reads a callback body of either documented shape (§7); unknown fields are ignored.
 *
 * @returns the hint, `no-request` for an event that names none, `garbage` for everything else
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

/** The flows in which a status can change a wait. ISSUED ends only the wait of an enrolment: a signature causes it itself. */
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

/** Whether a status is worth a signal to a request of this flow, or of any. One we do not know is. */
export function isForwarded(status: Hint['status'], flow?: Flow): boolean {
  if (status === undefined) return true;
  return flow === undefined ? FORWARDED[status].length > 0 : FORWARDED[status].includes(flow);
}
