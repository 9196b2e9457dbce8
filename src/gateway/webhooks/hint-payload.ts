import { readCallback } from '../../messages/callback-payload.js';
import { PROVIDER_STATUSES, type Flow, type KnownProviderStatus, type RequestPk } from '../../messages/request.js';

/** The used part of a callback: the request, and a status that may make a signal unnecessary. We trust neither. */
export interface Hint {
  requestPk: RequestPk;
  /** Undefined if the payload has none, or one that the provider does not document. */
  status: KnownProviderStatus | undefined;
}

/**
 * Reads the content of a callback.
 *
 * @returns the hint; `no-request` for an event without a request; `garbage` for everything else
 */
export function readHint(content: unknown): Hint | 'no-request' | 'garbage' {
  const { form, requestPk, status } = readCallback(content);
  if (form === 'other') return 'garbage';
  if (requestPk === undefined) return 'no-request';
  // A status only tells which hints are not needed. So whatever is no status we know, also `null`, is like none.
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
