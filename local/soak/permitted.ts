import type { OutcomeKind } from '../../src/messages/outcome.js';
import { type EnrolmentRole, hasShortReview } from './enrolment-role.js';
import { REFUSAL } from './reviewer.js';
import type { Role } from './role.js';
import type { Played } from './scene.js';
import type { SignatureRole } from './signature-role.js';

/** An end: how, and the stable word why. */
export interface End {
  outcome: OutcomeKind;
  reason: string;
}

/**
 * The ends that are right for what people planned and did. Without an interruption there is exactly one. A deadline that
 * somebody may miss adds its own, and so does every interruption that was carried out. The provider's state decides which one it is.
 */
export function permittedEnds(role: Role, played: Played): End[] {
  const ends = [undisturbedEnd(role)];
  if (role.video === 'late') ends.push({ outcome: 'expired', reason: 'video-deadline' });
  if (role.flow === 'enrolment' && hasShortReview(role)) ends.push(...earlierDeadlines(undisturbedEnd(role)));
  if (played.cancel === 'done') ends.push({ outcome: 'cancelled', reason: 'cancelled-by-requester' });
  if (played.gaveUp) ends.push({ outcome: 'cancelled', reason: 'cancelled-by-operator' });
  if (played.consoleCancelled) {
    ends.push({ outcome: 'cancelled', reason: 'cancelled-at-provider' });
    // During a review the provider's CANCELLED may be a refusal or a cancel.
    ends.push({ outcome: 'refused', reason: 'refused-at-provider' });
  }
  return ends;
}

const ONE_LIMIT = ['validation-deadline', 'completing-deadline', 'review-deadline'];

/** Three stages have the same limit. A slow machine may reach it one stage earlier. */
function earlierDeadlines({ reason }: End): End[] {
  const earlier = ONE_LIMIT.includes(reason) ? ONE_LIMIT.indexOf(reason) : 1;
  return ONE_LIMIT.slice(0, earlier).map((each) => ({ outcome: 'expired', reason: each }));
}

/** What people alone bring about, however much trouble there is on the way. */
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

/** Nothing where it goes on after the decision. */
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
