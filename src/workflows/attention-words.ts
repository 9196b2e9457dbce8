import type { StepFailure } from '../messages/activities.js';
import type { ProviderStatus } from '../messages/request.js';
import { sentence } from '../messages/sentences.js';
import type { ReviewDecision } from '../messages/steering.js';
import type { Trouble } from './engine/trouble.js';

/** The signer failed in the video identification; a retry by the signer is not documented (§6). */
export const VIDEO_FAILED: Trouble = {
  code: 'VIDEO_FAILED',
  temporary: true,
  awaits: 'people',
  words:
    'The provider says VIDEOERROR: the video identification failed. Wait until the signer tries the same link again, make a new video request, or give up.',
};

/** Registration authorities in two-step mode validate first, then approve in the provider's console (§3, validate). */
export const APPROVAL_INCOMPLETE: Trouble = {
  code: 'APPROVAL_INCOMPLETE',
  temporary: true,
  awaits: 'people',
  words:
    "The provider says CREATED: it is validated, but not approved yet. Approve in the provider's console. Then the request continues by itself.",
};

/** Nobody has decided that a signer with another number is the right one, so it is not approved automatically. */
export const OFFICER_AWAITED: Trouble = {
  code: 'SIGNER_UNEXPECTED',
  temporary: true,
  awaits: 'people',
  words:
    'The document number of the signer is not the expected one, or the provider shows none. So the request is not approved automatically. An officer must decide. Look at the data with `identity`. Then correct it, refuse, or approve and accept it.',
};

/** @param last what became of the last code */
export function codesExhausted(last: string): StepFailure {
  const words = `Too many codes did not sign. The last one ${last}. Speak with the signer or the provider. A retry allows as many codes again.`;
  return { code: 'CODES_EXHAUSTED', temporary: false, words };
}

export function unexpected(status: ProviderStatus | undefined): Trouble {
  return {
    code: 'STATUS_UNEXPECTED',
    temporary: true,
    awaits: 'people',
    words: `The provider says ${status ?? 'nothing'}, which is not expected here. See in its console why. The request continues by itself when the status changes.`,
  };
}

/** An officer's decision had no effect at the provider. It is not tried again: an officer must decide again. */
export function decisionRefused({ decision, officer }: ReviewDecision, { code, words }: StepFailure): Trouble {
  return {
    code,
    temporary: false,
    awaits: 'people',
    since: new Date().toISOString(),
    words: `The officer's last decision was not taken: ${sentence(words)} Then decide again.`,
    facts: { decision, officer },
  };
}
