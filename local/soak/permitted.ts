import type { OutcomeKind } from '../../src/messages/outcome.js';
import { type EnrolmentRole, hasShortReview } from './enrolment-role.js';
import { REFUSAL } from './reviewer.js';
import type { Role } from './role.js';
import type { Played } from './scene.js';
import type { SignatureRole } from './signature-role.js';

/** An end: the outcome, and the stable word for the reason. */
export interface End {
  outcome: OutcomeKind;
  reason: string;
}

/**
 * The ends that fit what people planned and did. Without an interruption, exactly one end fits. Each deadline that a person may miss
 * adds an end, and so does each interruption that happened. The provider's state decides which one is right.
 */
export function permittedEnds(role: Role, played: Played): End[] {
  const ends = [undisturbedEnd(role)];
  if (role.video === 'late') ends.push({ outcome: 'expired', reason: 'video-deadline' });
  if (role.flow === 'enrolment' && hasShortReview(role)) ends.push(...earlierDeadlines(undisturbedEnd(role)));
  if (played.cancel === 'done') ends.push({ outcome: 'cancelled', reason: 'cancelled-by-requester' });
  if (played.gaveUp) ends.push({ outcome: 'cancelled', reason: 'cancelled-by-operator' });
  if (played.consoleCancelled) {
    ends.push({ outcome: 'cancelled', reason: 'cancelled-at-provider' });
    // During a review, CANCELLED at the provider may mean a refusal or a cancellation.
    ends.push({ outcome: 'refused', reason: 'refused-at-provider' });
  }
  return ends;
}

const ONE_LIMIT = ['validation-deadline', 'completing-deadline', 'review-deadline'];

/** Three stages have the same deadline. A slow machine may reach it one stage earlier. */
function earlierDeadlines({ reason }: End): End[] {
  const earlier = ONE_LIMIT.includes(reason) ? ONE_LIMIT.indexOf(reason) : 1;
  return ONE_LIMIT.slice(0, earlier).map((each) => ({ outcome: 'expired', reason: each }));
}

/** The ends that people cause, whatever trouble there is. */
function undisturbedEnd(role: Role): End {
  if (role.video === 'never') return { outcome: 'expired', reason: 'video-deadline' };
  return role.flow === 'signature' ? signatureEnd(role) : enrolmentEnd(role);
}

function signatureEnd({ officer, signer }: SignatureRole): End {
  const decided = endByOfficer(officer);
  if (decided !== undefined) return decided;
  switch (signer) {
    case 'refuses-documents':
      return { outcome: 'abandoned', reason: 'gave-up' };
    case 'never-asks':
    case 'never-types':
      return { outcome: 'expired', reason: 'signing-deadline' };
    case 'signs':
      return { outcome: 'signed', reason: 'signed' };
  }
}

function enrolmentEnd({ validation, subject, data, officer, untilIssued, pickUp }: EnrolmentRole): End {
  if (validation === 'refuses') return { outcome: 'refused', reason: 'refused-at-provider' };
  if (validation === 'never') return { outcome: 'expired', reason: 'validation-deadline' };
  if (subject === 'organisation') {
    if (data === 'never') return { outcome: 'expired', reason: 'completing-deadline' };
    const decided = endByOfficer(officer);
    if (decided !== undefined) return decided;
  }
  if (!untilIssued) return { outcome: 'enrolled', reason: 'enroll-ready' };
  if (pickUp === 'never') return { outcome: 'expired', reason: 'issuing-deadline' };
  return { outcome: 'enrolled', reason: 'issued' };
}

/** Undefined if the request goes on after the decision. */
function endByOfficer(officer: Role['officer']): End | undefined {
  switch (officer) {
    case 'refuses':
      return { outcome: 'refused', reason: REFUSAL };
    case 'refuses-in-console':
      return { outcome: 'refused', reason: 'refused-at-provider' };
    case 'never':
      return { outcome: 'expired', reason: 'review-deadline' };
    case 'approves':
    case 'approves-in-console':
      return undefined;
  }
}
