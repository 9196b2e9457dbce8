import type { ProviderRequest } from './requests.js';
import type { Behaviour } from '../settings/settings.js';
import { type Cause, VIDEO_OPEN, type Status } from './statuses.js';

interface Transition {
  from: readonly Status[];
  to: Status;
  /** Null: nothing is announced. */
  event: string | null;
}

/** The event of a new request. */
export const CREATED_EVENT = 'REQUEST_CREATED';

/** The table of §6 with the events of §7.1. Where they say nothing, the settings decide. */
function transition(request: ProviderRequest, cause: Cause, behaviour: Behaviour): Transition {
  switch (cause) {
    case 'video-finished':
      return { from: VIDEO_OPEN, to: 'VIDEOREVIEW', event: 'VIDEOID_UPDATED' };
    case 'video-incomplete':
      return { from: VIDEO_OPEN, to: 'VIDEOINCOMPLETE', event: 'VIDEOID_UPDATED' };
    case 'video-failed':
      return { from: VIDEO_OPEN, to: 'VIDEOERROR', event: 'VIDEOID_FAILED' };
    case 'video-retried':
      return { from: ['VIDEOINCOMPLETE', 'VIDEOERROR'], to: 'VIDEOPENDING', event: behaviour.unnamedEvent };
    case 'validated': {
      const event = request.kind === 'enrolment' ? behaviour.ra.createdEvent : behaviour.unnamedEvent;
      return { from: ['VIDEOREVIEW'], to: 'CREATED', event };
    }
    case 'approved':
      return { from: ['VIDEOREVIEW', 'CREATED'], to: 'ENROLLREADY', event: 'REQUEST_APPROVED' };
    case 'refused':
      return { from: ['VIDEOREVIEW'], to: 'CANCELLED', event: 'VIDEOID_REFUSED' };
    case 'cancelled':
      return { from: behaviour.cancelIn, to: 'CANCELLED', event: 'REQUEST_CANCELED' };
    case 'issued':
      return { from: ['ENROLLREADY'], to: 'ISSUED', event: 'REQUEST_ENROLLED' };
  }
}

export function isPossible(request: ProviderRequest, cause: Cause, behaviour: Behaviour): boolean {
  return transition(request, cause, behaviour).from.includes(request.status);
}

/**
 * Changes the status in memory. Returns the event to announce (null: none), or undefined if the status does not
 * allow it.
 */
export function apply(request: ProviderRequest, cause: Cause, behaviour: Behaviour): string | null | undefined {
  const { from, to, event } = transition(request, cause, behaviour);
  if (!from.includes(request.status)) return undefined;
  request.status = to;
  request.history.push({ status: to, at: new Date().toISOString(), cause });
  return event;
}

/** The status that a reader sees if statuses are shown late. `more`: milliseconds in addition. */
export function statusSeen(request: ProviderRequest, lag: Behaviour['statusLag'], more: number): Status {
  const seen = request.history.findLast(({ at, cause }) => {
    const late = more + (typeof lag === 'number' ? lag : cause === 'created' ? 0 : (lag[cause] ?? 0));
    return late === 0 || Date.parse(at) + late <= Date.now();
  });
  return seen?.status ?? request.history[0]?.status ?? request.status;
}
