import type { FailureCode } from './failures.js';
import type { RequestKey } from './request.js';

/** One of the provider's systems. In an environment each flow has its own. */
export type ProviderSystem = Pick<RequestKey, 'environment' | 'flow'>;

/** An Optimizer that does not answer, since its last answer. It ends by itself. If it lasts, many requests wait because of it. */
export interface Outage extends ProviderSystem {
  code: FailureCode;
  /** The origin of the Optimizer. */
  optimizer: string;
  /** The failure, redacted. */
  words: string;
  /** The first failure since the last answer, ISO 8601. */
  since: string;
}
