import { OFFICER_AWAITED } from './attention-words.js';
import type { RequestRun } from './engine/request-run.js';
import type { RequestState } from './engine/request-state.js';

/** The signer's data is as expected, perhaps corrected. An automatic approval that was held back is tried again. */
export function forgetOtherSigner(state: RequestState): void {
  state.officerAwaited = false;
  if (state.decisionRefused?.code === 'SIGNER_UNEXPECTED') state.decisionRefused = undefined;
}

/** Marks what is in the way of a decision: the last one was not taken, or an automatic approval was held back. */
export function markDecision({ state, attention }: RequestRun): void {
  const heldBack = state.officerAwaited && !state.approved ? OFFICER_AWAITED : undefined;
  const trouble = state.decisionRefused ?? heldBack;
  if (trouble === undefined) attention.clear();
  else attention.set('approve', trouble);
}

/** An operator says that the cause is gone. An automatic approval is tried again, and otherwise an officer decides. */
export function forgetCause(state: RequestState): void {
  state.officerAwaited = false;
  state.decisionRefused = undefined;
}
