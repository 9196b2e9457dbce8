import type { FailureCode } from './failures.js';
import type { RequestKey } from './request.js';

/** Which of the provider's systems: each flow has one of its own in an environment. */
export type ProviderSystem = Pick<RequestKey, 'environment' | 'flow'>;

/** Something that keeps many requests waiting, said once: an Optimizer that is out of reach. Ends by itself. */
export interface Outage extends ProviderSystem {
  code: FailureCode;
  /** The origin of the Optimizer. */
  optimizer: string;
  /** The failure, redacted. */
  words: string;
  /** First failure without an answer since, ISO 8601. */
  since: string;
}
