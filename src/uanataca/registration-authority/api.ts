import type { Api } from '../api.js';
import type { RegistrationAuthorityAssumptions } from './assumptions.js';
import { CALLS, type CallName } from './calls.js';
import { knownAnswers } from './known-answers.js';

/** The Registration Authority API as `assumed`. */
export function registrationAuthorityApi(assumed: RegistrationAuthorityAssumptions): Api<CallName> {
  return {
    effects: CALLS,
    inDoubt: { create: 'CREATE_IN_DOUBT' },
    known: knownAnswers(assumed),
    removing: ['cancel'],
    addressProven: [],
    elsewhere: 'check the address (https, and no path but the API’s)',
    assumed,
  };
}
