import type { Outcome } from './outcome.js';
import type { ProviderStatus } from './request.js';
import type { RequestEvent } from './status.js';

/**
 * What a request notes when a call of ours takes effect that decides something. The archive keeps it, because a request that is reset
 * or started again finds the effect at the provider, and must know that it was ours.
 */
export interface OwnCall {
  /** Which call it is, as the request counts. */
  id: string;
  /** The statuses with which the provider shows the effect. */
  shows: ProviderStatus[];
  events: RequestEvent[];
  /** How the request ends then. */
  ending?: Pick<Outcome, 'outcome' | 'reason' | 'actor' | 'note' | 'textForSigner'>;
}

/** A call as the archive keeps it. */
export interface KeptCall extends OwnCall {
  requestPk: string;
  /** When it was sent, ISO 8601. */
  at: string;
  /** Whether the provider said that it carried it out. Otherwise the answer was lost, or is not there yet. */
  answered: boolean;
}

/** The calls that explain a status. An unanswered one did not decide if a later one was answered. The newest is first. */
export function explaining(calls: readonly KeptCall[], requestPk: string, status: ProviderStatus): KeptCall[] {
  const ours = calls.filter((call) => call.requestPk === requestPk);
  const newest = ours.toSorted((one, other) => Date.parse(other.at) - Date.parse(one.at));
  const settled = newest.findIndex(({ answered }) => answered);
  return newest
    .filter(({ answered }, place) => answered || settled === -1 || place < settled)
    .filter(({ shows }) => shows.includes(status));
}
