import type { FailureCode } from '../../messages/failures.js';
import type { RequestEvent } from '../../messages/status.js';
import type { RequestState } from './request-state.js';

/** After these failures there is, or may be, a request at the provider to go on with. */
const MAY_BE_CREATED = new Set<string>([
  'CREATE_IN_DOUBT',
  'PROVIDER_ANSWER_UNKNOWN',
  'SCRATCHCARD_USED',
  'STEP_FAILED',
  'VIDEO_FINISHED',
  'VIDEO_PERHAPS_FINISHED',
] satisfies FailureCode[]);

/** Whether the create may have made a request. Counts this failure and all failures of creates since the last success. */
export function mayBeCreated(code: FailureCode, events: readonly RequestEvent[]): boolean {
  const created = events.findLastIndex(({ what }) => what === 'created' || what === 'reopened');
  const failures = events
    .slice(created + 1)
    .filter(({ what, facts }) => what === 'attention' && facts?.['step'] === 'create');
  return [code, ...failures.map(({ facts }) => String(facts?.['code']))].some((each) => MAY_BE_CREATED.has(each));
}

/**
 * Whether the signer's data may be corrected while a create waits for a decision. It may if the create certainly made nothing:
 * then only the archive has the data. An enrolment that may have been created is found by its signer, so the signer must stay
 * the same.
 */
export function mayCorrectCreate({ attention, events, request, ids }: RequestState): boolean {
  if ('reopens' in request && ids === undefined) return false; // a reopened attempt creates nothing
  if (attention?.step !== 'create' || attention.leavesByItself || MAY_BE_CREATED.has(attention.code)) return false;
  return request.key.flow === 'signature' || !mayBeCreated(attention.code, events);
}
