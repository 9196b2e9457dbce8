import type { Found } from './cause.js';

/** Somebody paused the request, or a step of it, with tools of Temporal. Nobody sees that elsewhere. */
export function paused(what: string, since: string): Omit<Found, 'remedies'> {
  return {
    state: 'attention',
    code: 'STEP_FAILED',
    words: `Somebody paused ${what} with tools of Temporal, so it does not go on. Unpause it in the Temporal UI, on the page of the request.`,
    since,
    leavesByItself: false,
    endsBy: ['somebody unpauses it in the Temporal UI'],
  };
}
