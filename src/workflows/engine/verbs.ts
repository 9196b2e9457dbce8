import type { Stage, Verb } from '../../messages/status.js';
import { mayCorrectCreate } from './create-doubt.js';
import type { RequestState } from './request-state.js';

/** The stages in which the signer may say that it cannot go on like this. */
const WITH_THE_SIGNER = new Set<Stage>(['video', 'acceptance', 'code', 'completing', 'issuing']);

/** After the video, while somebody may still act on who the signer is. */
const SIGNER_SEEN = new Set<Stage>(['validation', 'completing', 'review', 'preparing', 'acceptance', 'code']);

/** The story answers these, and does not while it waits for an operator's decision. */
const ANSWERED_BY_THE_STORY = new Set<Verb>(['new-video', 'correct', 'provide', 'approve', 'refuse', 'code', 'sign']);

/**
 * What a person may do now.
 *
 * @param deadline when it passes, ISO 8601; undefined while none runs
 */
export function verbsOf(state: RequestState, deadline: string | undefined): Verb[] {
  const verbs = verbsOfStage(state, deadline);
  if (state.attention?.leavesByItself !== false) return verbs;
  const others = verbs.filter((verb) => !ANSWERED_BY_THE_STORY.has(verb));
  return mayCorrectCreate(state) ? ['correct', ...others] : others;
}

/** What a person may do in this stage, unless an operator is awaited. */
export function verbsOfStage(state: RequestState, deadline: string | undefined): Verb[] {
  const { stage, request, decidedBy } = state;
  const verbs: Verb[] = [];
  if (stage === 'ended') return verbs;
  if (stage === 'video') verbs.push('link', 'new-video', 'correct');
  if (stage === 'validation' && request.refuseVideo) verbs.push('refuse');
  if (stage === 'completing') verbs.push('provide');
  if (stage === 'issuing') verbs.push('preauth-link');
  if (stage === 'review' && decidedBy === 'manual') verbs.push('approve', 'refuse');
  if (stage === 'review' && request.key.flow === 'signature') verbs.push('correct');
  if (SIGNER_SEEN.has(stage)) verbs.push('identity');
  if (state.toAccept && (stage === 'acceptance' || stage === 'code'))
    verbs.push('documents', 'contract', 'accept', 'code');
  if (stage === 'code' || (stage === 'acceptance' && state.acceptedAt)) verbs.push('sign');
  if (state.attention) verbs.push('resolve');
  if (deadline !== undefined) verbs.push('extend');
  if (WITH_THE_SIGNER.has(stage)) verbs.push('abandon');
  if (stage !== 'archiving' && stage !== 'cleaning') verbs.push('cancel');
  return verbs;
}
