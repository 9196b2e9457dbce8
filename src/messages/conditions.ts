import type { FailureCode } from './failures.js';
import type { RequestKey } from './request.js';

/** One of the provider's systems. In an environment each flow has its own. */
export type ProviderSystem = Pick<RequestKey, 'environment' | 'flow'>;

/** A reason why many requests wait: an Optimizer that is out of reach. It ends by itself. */
export interface Outage extends ProviderSystem {
  code: FailureCode;
  /** The origin of the Optimizer. */
  optimizer: string;
  /** The failure, redacted. */
  words: string;
  /** The first failure since the last answer, ISO 8601. */
  since: string;
}
