/** How often callbacks came with one token. Never the token itself. */
export interface CallbackCount {
  /** `retired`: it was in the settings before. `unknown`: all tokens that never were. */
  token: 'known' | 'retired' | 'unknown';
  /** Whose token it is or was. */
  registrationAuthority?: string;
  /** Where a known token is in the settings. */
  setting?: string;
  /** Recognises the token when it is retired. Short, and of a long random text. */
  digest?: string;
  count: number;
  /** Since when it is counted; for a known token since it is in the settings. ISO 8601, UTC. */
  since: string;
  /** The last callback. */
  last?: string;
}

/** A token that the provider should not use. It does no harm, but changes are seen later. */
export interface CallbackTrouble {
  registrationAuthority?: string;
  words: string;
  remedy: string;
  count: number;
  since: string;
  last: string;
}

/** Milliseconds. Callbacks that are older do not matter any more. */
const RECENT = 7 * 86_400_000;
/** Milliseconds in which the provider should have changed to a new token. */
const TIME_TO_CHANGE = 14 * 86_400_000;

/** What is wrong with the tokens of the callbacks of the last days. @param now milliseconds since 1970 */
export function callbackTroubles(counts: readonly CallbackCount[], now: number): CallbackTrouble[] {
  return counts.flatMap(({ token, registrationAuthority, setting = '', count, since, last }) => {
    if (last === undefined || now - Date.parse(last) > RECENT) return [];
    const seen = `${count} since ${since}, the last at ${last}`;
    const at = { count, since, last, ...(registrationAuthority === undefined ? {} : { registrationAuthority }) };
    if (token === 'unknown') {
      return [
        {
          ...at,
          words: `Callbacks come with a token that the settings do not have: ${seen}. They are refused.`,
          remedy:
            'Correct the address at the provider: it ends with a token of webhookTokens of the registration authority. If the provider has the right one, somebody guesses.',
        },
      ];
    }
    const tokens = `registrationAuthorities.${registrationAuthority}.webhookTokens`;
    if (token === 'retired') {
      return [
        {
          ...at,
          words: `Callbacks for registration authority ${registrationAuthority} come with a token that was removed from the settings: ${seen}. They are refused.`,
          remedy: `Give the provider the address with a token of ${tokens}. Until it is changed there, put the old token back.`,
        },
      ];
    }
    const newer = counts.find(
      (other) =>
        other.token === 'known' &&
        other.registrationAuthority === registrationAuthority &&
        Date.parse(other.since) > Date.parse(since),
    );
    if (newer === undefined || now - Date.parse(newer.since) < TIME_TO_CHANGE) return [];
    return [
      {
        ...at,
        words: `Callbacks for registration authority ${registrationAuthority} still come with its old token, ${setting}: the last at ${last}. The new one, ${newer.setting}, is in the settings since ${newer.since}.`,
        remedy: `Give the provider the address with ${newer.setting}. When all callbacks come with it, remove ${setting}.`,
      },
    ];
  });
}
