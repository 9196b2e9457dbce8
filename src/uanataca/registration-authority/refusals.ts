import { COMMON_REFUSALS, type KnownRefusal, anyOf } from '../answers/known-refusals.js';
import type { Api } from '../api.js';
import type { RegistrationAuthorityAssumptions } from './assumptions.js';
import { CALLS, type CallName } from './calls.js';

/** The Registration Authority API as `assumed`. */
export function registrationAuthorityApi(assumed: RegistrationAuthorityAssumptions): Api<CallName> {
  return {
    effects: CALLS,
    inDoubt: { create: 'CREATE_IN_DOUBT' },
    refusals: refusalsOf(assumed),
    removing: ['cancel'],
    addressProven: [],
    readAfterwards: [],
    refusesLogins: true,
    elsewhere: 'the address (https, and no path but the API’s)',
    assumed,
  };
}

/** The refusals of the Registration Authority API, the most specific first. Mistakes of the caller are answered with 500 (§2.3). */
function refusalsOf(assumed: RegistrationAuthorityAssumptions): KnownRefusal<CallName>[] {
  return [
    {
      section: '§8.1',
      calls: ['firstUnused'],
      words: anyOf(assumed.noScratchcardTexts),
      code: 'NO_SCRATCHCARD_LEFT',
      anyStatus: true,
    },
    // The web framework's own words for something that does not exist.
    { section: '§8.1 404', calls: ['firstUnused'], words: /^Not found\.$/i, code: 'NO_SCRATCHCARD_LEFT' },
    {
      section: '§8.2 500',
      calls: ['create'],
      words: anyOf(assumed.scratchcardUsedTexts),
      code: 'SCRATCHCARD_USED',
      anyStatus: true,
    },
    { section: '§8.2 412', words: anyOf(assumed.wrongStatusTexts), code: 'REQUEST_STATUS_REFUSED', anyStatus: true },
    ...REFUSALS,
    ...COMMON_REFUSALS,
    { section: '§2.3 500', words: /\b\w+ matching query does not exist/i, code: 'PROVIDER_NOT_FOUND' },
  ];
}

const REFUSALS: readonly KnownRefusal<CallName>[] = [
  { section: '§8.3 412', calls: ['approve'], words: /Invalid request fields/i, code: 'FIELDS_MISSING' },
  { section: '§8.3 400', calls: ['approve'], words: /Missing required docs/i, code: 'DOCUMENTS_MISSING' },
  { section: '§8.2 404', calls: ['cancel'], words: /No Request matches/i, code: 'PROVIDER_NOT_FOUND', meaning: 'gone' },
  { section: '§8.2 500', words: /invalid literal for int\(\)/i, code: 'PROVIDER_REFUSED' },
  { section: '§8.2 500', words: /Invalid ScratchCard/i, code: 'PROVIDER_REFUSED' },
  // Field errors in the form that Python prints.
  { section: '§2.3 500', words: /\{u?'\w+': \[u?'/, code: 'PROVIDER_REFUSED' },
];
