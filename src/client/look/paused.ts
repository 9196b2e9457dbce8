import type { Found } from './cause.js';

export const PAUSED_ENDS_BY = ['somebody unpauses it in the Temporal UI'];

export function pausedWords(what: string): string {
  return `Somebody paused ${what} with tools of Temporal, so it does not go on. Unpause it in the Temporal UI, on the page of the request.`;
}

/** Somebody paused the whole request with tools of Temporal. Nobody sees that elsewhere. */
export function paused(since: string): Omit<Found, 'remedies'> {
  return {
    state: 'attention',
    code: 'STEP_FAILED',
    words: pausedWords('the request'),
    since,
    leavesByItself: false,
    endsBy: PAUSED_ENDS_BY,
  };
}
