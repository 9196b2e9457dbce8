import type { StepFailure } from '../messages/activities.js';
import type { ProviderStatus } from '../messages/request.js';

/** The signer failed in the video identification; a retry by the signer is not documented (§6). */
export const VIDEO_FAILED: StepFailure = {
  code: 'VIDEO_FAILED',
  temporary: true,
  words:
    'The provider says VIDEOERROR: the video identification failed. Wait for the signer to try the same link again, make a new video request, or give up.',
};

/** Registration authorities in two-step mode validate first, then approve in the provider's console (§3, validate). */
export const APPROVAL_INCOMPLETE: StepFailure = {
  code: 'APPROVAL_INCOMPLETE',
  temporary: true,
  words:
    "The provider says CREATED: validated, not approved. Approve in the provider's console; this request goes on by itself.",
};

/** Nobody has decided that a signer with another number is the right one, so it is not approved automatically. */
export const OFFICER_AWAITED: StepFailure = {
  code: 'SIGNER_UNEXPECTED',
  temporary: true,
  words:
    'The document number of the signer is not the expected one, or is not shown, so it is not approved automatically. An officer decides: look at what the provider shows, correct it, refuse, or approve and say that it is accepted.',
};

/** @param last what became of the last code */
export function codesExhausted(last: string): StepFailure {
  const words = `Too many codes did not sign; the last one ${last}. Speak with the signer, or the provider; retry allows as many again.`;
  return { code: 'CODES_EXHAUSTED', temporary: false, words };
}

export function unexpected(status: ProviderStatus | undefined): StepFailure {
  return {
    code: 'STATUS_UNEXPECTED',
    temporary: true,
    words: `The provider says ${status ?? 'nothing'}, which is not expected here. This request goes on by itself when that changes.`,
  };
}
