import type { StepFailureCode } from '../../messages/failures.js';
import type { Meaning } from '../errors.js';
import { literal } from './redaction.js';

/** A refusal with known words. The HTTP status does not count: V1 answers 400 for 404, and 500 for mistakes of the caller. */
export interface KnownRefusal<Call extends string> {
  /** Where it is documented, with the status given there. For readers of this table. */
  section: string;
  /** The calls that answer so. Default: all. */
  calls?: readonly Call[];
  words: RegExp;
  code: StepFailureCode;
  meaning?: Meaning;
  /** The words come from a setting, so they count with any 4xx. Other words do not with 401, 408 and 429, which gateways answer too. */
  anyStatus?: true;
}

const FRAMEWORK_LOGIN = /authentication credentials( were not provided|\.$)|\bInvalid username\/password\.$/i;

/** Refusals of the registration authority software behind both APIs: One-Shot passes its words on. */
export const COMMON_REFUSALS: readonly KnownRefusal<never>[] = [
  // Who asks
  { section: '§4.4 403', words: /Invalid RAO credentials/i, code: 'CREDENTIALS_REFUSED' },
  { section: '§4.1 403', words: /You do not have permission/i, code: 'CREDENTIALS_REFUSED' },
  { section: '§2.3', words: /Permission Denied/i, code: 'CREDENTIALS_REFUSED' },
  // The web framework's own words for a missing or wrong login.
  { section: '§1.2 401', words: FRAMEWORK_LOGIN, code: 'CREDENTIALS_REFUSED' },
  { section: '§2.3 500', words: /\bRao matching query does not exist/i, code: 'CREDENTIALS_REFUSED' },
  // What is asked for
  { section: '§2.3 404', words: /\bNo \w+ matches the given query/i, code: 'PROVIDER_NOT_FOUND' },
  { section: '§8.2 404', words: /No documents found/i, code: 'PROVIDER_NOT_FOUND' },
  // How it is asked
  { section: '§4 400', words: /Missing (required )?(param|docs)/i, code: 'PROVIDER_REFUSED' },
  { section: '§4.6 415', words: /Unsupported (file|media) type|Invalid content_type/i, code: 'PROVIDER_REFUSED' },
  { section: '§2.2 400', words: /Could not parse JSON|JSON parse error|^Invalid JSON/i, code: 'PROVIDER_REFUSED' },
  { section: '§4.14 400', words: /with an international prefix|Enter a valid email/i, code: 'PROVIDER_REFUSED' },
  { section: '§4.14 500', words: /This field (is required|may not be blank)/i, code: 'PROVIDER_REFUSED' },
  { section: '§4.14 500', words: /is not a valid ISO 3166/i, code: 'PROVIDER_REFUSED' },
  { section: '§4.14 412', words: /Invalid request fields|Invalid parami?[et]+ers/i, code: 'PROVIDER_REFUSED' },
];

/** Matches a text that contains one of `texts`. Without texts it matches nothing. */
export function anyOf(texts: readonly string[]): RegExp {
  return texts.length === 0 ? /(?!)/ : new RegExp(texts.map(literal).join('|'), 'i');
}
