import type { Outcome } from '../../src/messages/outcome.js';
import { Installation } from '../installation/installation.js';
import { overcome, type Situation } from './stuck.js';
import { provideWrongAuthorities, withWrongAuthorities } from './stuck-authorities.js';
import { stuckEnrolments } from './stuck-enrolments.js';
import { stuckSignatures } from './stuck-signatures.js';

/** How many run at once: there are two processors, and each needs a command. */
const AT_ONCE = 5;

/**
 * Brings requests into the situations in which they are stuck, and out of them.
 *
 * @param every 1: all situations. 4: each fourth
 * @returns the installation, while the tests run
 */
export function describeStuck(every: number): () => Installation {
  let at: Installation;
  const all = { ...stuckSignatures(() => at), ...stuckEnrolments(() => at) } as Record<string, Situation>;
  const chosen = Object.entries(all).filter((_, place) => place % every === 0);
  const ended = new Map<string, PromiseSettledResult<Outcome>>();

  beforeAll(async () => {
    at = await Installation.start({ settings: withWrongAuthorities, sandbox: { algorithm: 'ecdsa' } });
    await provideWrongAuthorities(at);
    const waiting = [...chosen];
    const overcomeAll = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [name, situation] = next;
        const [result] = await Promise.allSettled([overcome(at, situation)]);
        ended.set(name, result);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, overcomeAll));
  }, 300_000);
  afterAll(() => at.close());

  describe('a request that is stuck says why, and goes on by what is printed', () => {
    test.each(chosen)('%s', (name, situation) => {
      const result = ended.get(name);
      if (result?.status === 'rejected') throw result.reason;
      expect(result?.value).toMatchObject({ outcome: situation.end });
    });
  });
  return () => at;
}
