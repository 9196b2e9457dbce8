import type { StepFailure } from '../messages/activities.js';
import type { ProviderStatus } from '../messages/request.js';

/** The signer failed in the video identification; a retry by the signer is not documented (§6). */
export const VIDEO_FAILED: StepFailure = {
  code: 'VIDEO_FAILED',
  temporary: true,
  words:
    'The provider says VIDEOERROR: the video identification failed. Wait for the signer to try the same link again, make a new video request, or give up.',
};

/** Two-step authorities validate first and approve in the provider's console (§3, validate). */
export const APPROVAL_INCOMPLETE: StepFailure = {
  code: 'APPROVAL_INCOMPLETE',
  temporary: true,
  words:
    "The provider says CREATED: validated, not approved. Approve in the provider's console; this request goes on by itself.",
};

export const CODES_EXHAUSTED: StepFailure = {
  code: 'CODES_EXHAUSTED',
  temporary: false,
  words: 'Too many codes were not accepted (wrong or expired). Speak with the signer; retry allows as many again.',
};

export function unexpected(status: ProviderStatus | undefined): StepFailure {
  return {
    code: 'STATUS_UNEXPECTED',
    temporary: true,
    words: `The provider says ${status ?? 'nothing'}, which is not expected here. This request goes on by itself when that changes.`,
  };
}
