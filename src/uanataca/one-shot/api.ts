import type { Api } from '../api.js';
import type { Assumptions } from '../assumptions.js';
import { CALLS, type CallName } from './calls.js';
import { knownAnswers } from './known-answers.js';

/** The One-Shot API as `assumed`. */
export function oneShotApi(assumed: Assumptions): Api<CallName> {
  const removing: CallName[] = assumed.deleteOneAnswersGoneWith404 ? ['delete', 'cancel'] : ['cancel'];
  return {
    effects: CALLS,
    inDoubt: { create: 'CREATE_IN_DOUBT', sign: 'SIGN_IN_DOUBT' },
    known: knownAnswers(assumed, removing),
    removing,
    // A document is only ever read where it was uploaded before: the address is right, the file is not there (yet).
    addressProven: ['document'],
    elsewhere: 'check the address (http or https) and the assumption slashAfterSignAndContract',
    assumed,
  };
}
