import type { PolicyOverrides } from '../../src/client.js';
import { STEP_NAMES } from '../../src/messages/policy.js';

/** A deadline that is longer than any soak. Milliseconds. */
export const NEVER = 6 * 3_600_000;

/** The sandbox's and our pause between two codes. Milliseconds. */
export const COOL_DOWN = 400;

/** A policy with milliseconds in place of minutes and days. `startToClose` is the time after which a crash is noticed. */
function policy(
  watch: { gap: number; slow: number },
  step: { budget: number; backoff: number; slowest: number },
): PolicyOverrides {
  return {
    watch: { ...watch, soon: [50, 150, 400] },
    code: { coolDown: COOL_DOWN, notAcceptedLimit: 3 },
    sign: { settle: 500 },
    retrieve: { filesWithin: 1500 },
    steps: Object.fromEntries(STEP_NAMES.map((name) => [name, { startToClose: 5000, ...step }])),
  };
}

export const POLICIES = {
  /** Polls often. Retries for a long time before it asks an operator. */
  quick: policy({ gap: 50, slow: 500 }, { budget: 8000, backoff: 100, slowest: 600 }),
  /** Asks for attention at the first failure. */
  impatient: policy({ gap: 100, slow: 800 }, { budget: 1500, backoff: 2000, slowest: 2000 }),
  /** Relies on callbacks and polls rarely. */
  hooks: policy({ gap: 150, slow: 6000 }, { budget: 4000, backoff: 200, slowest: 1000 }),
} as const;
export type PolicyName = keyof typeof POLICIES;
