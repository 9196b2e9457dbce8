import type { PolicyOverrides } from '../../src/client.js';
import { STEP_NAMES } from '../../src/messages/policy.js';

/** A deadline that no soak lives to see. Milliseconds. */
export const NEVER = 6 * 3_600_000;

/** The sandbox's pause between two codes, and ours. Milliseconds. */
export const COOL_DOWN = 400;

/** Every time of a policy in milliseconds instead of minutes and days: a crash is noticed after `startToClose`. */
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
  /** Polls often, tries long before an operator is asked. */
  quick: policy({ gap: 50, slow: 500 }, { budget: 8000, backoff: 100, slowest: 600 }),
  /** Attention at the first failure. */
  impatient: policy({ gap: 100, slow: 800 }, { budget: 1500, backoff: 2000, slowest: 2000 }),
  /** Lives on callbacks: polls seldom. */
  hooks: policy({ gap: 150, slow: 6000 }, { budget: 4000, backoff: 200, slowest: 1000 }),
} as const;
export type PolicyName = keyof typeof POLICIES;
