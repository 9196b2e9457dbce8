import type { StepFailureCode } from '../messages/failures.js';
import type { KnownRefusal } from './answers/known-refusals.js';

/**
 * What a lost answer means: a `read` changes nothing, a `repeatable` call may be repeated, a `doubtful` one may have been carried
 * out and must not be repeated blindly.
 */
export type Effect = 'read' | 'repeatable' | 'doubtful';

/** One of the provider's APIs: what is needed to call it and to sort its answers. */
export interface Api<Call extends string> {
  readonly effects: Readonly<Record<Call, Effect>>;
  /** The code of a doubtful call in doubt. Default: PROVIDER_ANSWER_UNKNOWN. */
  readonly inDoubt: Readonly<Partial<Record<Call, StepFailureCode>>>;
  /** Refusals with known words, the most specific first. */
  readonly refusals: readonly KnownRefusal<Call>[];
  /** Calls that remove something: if it does not exist, nothing is left to do. */
  readonly removing: readonly Call[];
  /** Calls for something that existed before, so a 404 does not mean a wrong address. */
  readonly addressProven: readonly Call[];
  /** Calls that are never repeated, and after which the request is read whatever the answer was. */
  readonly readAfterwards: readonly Call[];
  /** Whether it has logins of its own at the level of HTTP, and so answers 401 (§1). */
  readonly refusesLogins: boolean;
  /** What to check when the server sends us to another address, beside the network. */
  readonly elsewhere: string;
  readonly assumed: {
    readonly status503IsUnknownOnWrites: boolean;
    readonly answersAreJson: boolean;
    readonly unknownRefusals: 'either' | 'provider';
    readonly bareNotFound: 'wrong-address' | 'wrong-address-unless-json' | 'not-there';
  };
}
