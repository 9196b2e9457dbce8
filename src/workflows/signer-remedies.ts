import type { StepFailure } from '../messages/activities.js';
import { IDENTITY_ACCEPTED, type IdentityAccepted } from '../messages/identity.js';
import type { Remedies } from './steps.js';

/** Approved where we could not ask, in the provider's console: an operator's word lets the documents go up all the same. */
export function signerRemedies<T>(
  { code, facts }: StepFailure,
  acceptedAs: (identity: IdentityAccepted) => Promise<T>,
): Remedies<T> {
  if (code !== 'SIGNER_UNEXPECTED') return {};
  const accepted = IDENTITY_ACCEPTED.find((word) => word === `accepted-although-${String(facts?.['identity'])}`);
  return accepted === undefined ? {} : { 'accept-signer': () => acceptedAs(accepted) };
}
