import type { ProviderError } from '../uanataca/errors.js';
import { type ReadingContext, waitFor } from './waiting.js';

/** Milliseconds. What was carried out although nobody knows it shows itself within this time. */
const SETTLES_WITHIN = 90_000;
/** Milliseconds. If it was a refusal, nothing changes. */
const REFUSED_WITHIN = 6_000;

/** The words of a failure, for a line. */
export function saidOf(error: ProviderError | undefined): string {
  return error === undefined ? 'done' : `${error.code}, HTTP ${error.status ?? 'none'}`;
}

/**
 * Reads the request after a call in doubt, which is not repeated.
 *
 * @param statuses those that show that it was carried out
 * @param what as in "Nobody knows yet whether it is signed"
 * @returns whether it was carried out
 */
export async function isCarriedOut(
  at: ReadingContext,
  error: ProviderError | undefined,
  { statuses, what }: { statuses: readonly string[]; what: string },
): Promise<boolean> {
  at.people.say(`    Nobody knows yet whether it is ${what} (${saidOf(error)}). The probe reads the request.`);
  const within = error?.mayBeRefusal === true ? REFUSED_WITHIN : SETTLES_WITHIN;
  const { status } = await waitFor(at, 'main', {
    statuses,
    words: `Waiting for ${statuses[0] ?? ''}`,
    within: Math.min(within, at.settings.patience),
  });
  return statuses.includes(status ?? '');
}
