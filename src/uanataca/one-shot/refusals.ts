import { COMMON_REFUSALS, type KnownRefusal, anyOf } from '../answers/known-refusals.js';
import type { Api } from '../api.js';
import type { Assumptions } from './assumptions.js';
import { CALLS, type CallName } from './calls.js';

/** The One-Shot API as `assumed`. */
export function oneShotApi(assumed: Assumptions): Api<CallName> {
  const removing: CallName[] = assumed.deleteOneAnswersGoneWith404 ? ['delete', 'cancel'] : ['cancel'];
  return {
    effects: CALLS,
    inDoubt: { create: 'CREATE_IN_DOUBT', sign: 'SIGN_IN_DOUBT' },
    refusals: refusalsOf(assumed, removing),
    removing,
    // A document is read only after its upload. So the address is right, and the file is missing or not there yet.
    addressProven: ['document'],
    readAfterwards: ['sign'],
    refusesLogins: false,
    elsewhere: 'the address (http or https), and the assumption slashAfterSignAndContract',
    assumed,
  };
}

/** One-Shot's refusals, the most specific first. For calls in `removing`, "not found" means that nothing is left to do. */
function refusalsOf(assumed: Assumptions, removing: readonly CallName[]): KnownRefusal<CallName>[] {
  return [...statusRefusals(assumed), ...goneRefusals(removing), ...REFUSALS, ...COMMON_REFUSALS];
}

/** Refusals that say something about the request. Their words are assumptions: V2's are not documented. */
function statusRefusals(assumed: Assumptions): KnownRefusal<CallName>[] {
  const issued = anyOf(assumed.alreadyIssuedTexts);
  const rows: KnownRefusal<CallName>[] = [
    { section: '§4.9 412', calls: ['sign'], words: issued, code: 'REQUEST_STATUS_REFUSED', meaning: 'already-issued' },
    {
      section: '§4.9 403',
      calls: ['sign'],
      words: anyOf(assumed.codeNotAcceptedTexts),
      code: 'PROVIDER_REFUSED',
      meaning: 'not-accepted',
    },
    {
      section: '§4.8 412',
      calls: ['otp'],
      words: anyOf(assumed.coolDownTexts),
      code: 'PROVIDER_REFUSED',
      meaning: 'sent-less-than-a-minute-ago',
    },
    { section: '§4.9 412', words: issued, code: 'REQUEST_STATUS_REFUSED' },
    { section: '§4.4, §4.8 412', words: anyOf(assumed.wrongStatusTexts), code: 'REQUEST_STATUS_REFUSED' },
  ];
  return rows.map((row) => ({ ...row, anyStatus: true }));
}

function goneRefusals(removing: readonly CallName[]): KnownRefusal<CallName>[] {
  const words = /Documents? not found|No documents found|\bRequest( \S+)? not found/i;
  return [{ section: '§4.6 404', calls: removing, words, code: 'PROVIDER_NOT_FOUND', meaning: 'gone' }];
}

const REFUSALS: readonly KnownRefusal<CallName>[] = [
  // Who asks
  { section: '§4.4 400', words: /incomplete RAO's credentials/i, code: 'CREDENTIALS_REFUSED' },
  { section: '§4.13 404', words: /Error getting RAO's id/i, code: 'CREDENTIALS_REFUSED' },
  { section: '§4.13 404', words: /\bToken (\S+ )?not found/i, code: 'CREDENTIALS_REFUSED' },
  { section: '§4.13 400', words: /no token uid specified/i, code: 'CREDENTIALS_REFUSED' },
  { section: '§4.9 403', words: /Invalid countersignature credentials/i, code: 'CREDENTIALS_REFUSED' },
  { section: '§4.1 500', words: /Cannot check the remaining credit/i, code: 'CREDENTIALS_REFUSED' },
  { section: '§4.14 500', words: /Billing credentials not valid/i, code: 'CREDENTIALS_REFUSED' },
  // What is asked for
  { section: '§4.1 404', words: /Registration Authority not found/i, code: 'PROVIDER_NOT_FOUND' },
  { section: '§4.6 404', words: /Documents? not found/i, code: 'PROVIDER_NOT_FOUND' },
  { section: '§4.8-4.12 404', words: /\bRequest( \S+)? not found/i, code: 'PROVIDER_NOT_FOUND' },
  { section: '§4.9 404', words: /documents are not found in Request's folders/i, code: 'PROVIDER_NOT_FOUND' },
  { section: '§4.9 404', words: /image \S+ cannot be found on disk/i, code: 'PROVIDER_NOT_FOUND' },
  // How it is asked
  { section: '§4.1 400', words: /not enabled for Registration Authority/i, code: 'PROVIDER_REFUSED' },
  { section: '§4 400', words: /Missing env parameter/i, code: 'PROVIDER_REFUSED' },
  { section: '§4.5 400', words: /No reason specified/i, code: 'PROVIDER_REFUSED' },
  { section: '§4.6 400', words: /Maximum number of document/i, code: 'PROVIDER_REFUSED' },
  { section: '§4.14 500', words: /Configuration error: Please check/i, code: 'PROVIDER_REFUSED' },
  {
    section: '§4.14 400',
    words: /Environment \S+ does not exist|environment is not available/i,
    code: 'PROVIDER_REFUSED',
  },
  { section: '§2.3 500', words: /Invalid ScratchCard|ScratchCard matching query/i, code: 'PROVIDER_REFUSED' },
];
