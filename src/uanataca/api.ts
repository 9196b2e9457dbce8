import type { StepFailureCode } from '../messages/failures.js';
import type { KnownRefusal } from './answers/known-refusals.js';

/**
 * What it means to lose the answer of a call: `read` changes nothing; `repeatable` may be done again;
 * `doubtful` may have been done, and must not be repeated blindly.
 */
export type Effect = 'read' | 'repeatable' | 'doubtful';

/** What has to be known of one of the provider's APIs to call it and to sort its answers. */
export interface Api<Call extends string> {
  readonly effects: Readonly<Record<Call, Effect>>;
  /** What a doubtful call is called when it is in doubt; PROVIDER_ANSWER_UNKNOWN where nothing is said. */
  readonly inDoubt: Readonly<Partial<Record<Call, StepFailureCode>>>;
  /** Refusals whose words are known, the narrower first. */
  readonly refusals: readonly KnownRefusal<Call>[];
  /** Calls that take something away: when it is not there, nothing is left to do. */
  readonly removing: readonly Call[];
  /** Calls for what was there before: their address is right, whatever a 404 says. */
  readonly addressProven: readonly Call[];
  /** What to check when the server sends us to another address. */
  readonly elsewhere: string;
  readonly assumed: {
    readonly status503IsUnknownOnWrites: boolean;
    readonly bareNotFound: 'wrong-address' | 'wrong-address-unless-json' | 'not-there';
  };
}
