import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { combinationOf } from '../../local/combination.js';
import { drawPlan } from '../../local/soak/plan.js';
import { soak } from '../../local/soak/soak.js';

/** Both flows, many kinds of people, too few scratchcards, a power cut, and kills of a gateway and a worker. `npm run soak` does more. */
const PLAN = { seed: 26, requests: 12, minutes: 0.3 };

test('among people, faults and kills every request comes to its right end, and nothing is done twice, lost or silent', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'videoid-soak-'));
  const plan = drawPlan({ ...PLAN, combination: combinationOf(process.env) });
  try {
    const { broken, ends, kills, enrolments } = await soak(plan, directory, () => undefined);
    expect(broken).toEqual([]);
    expect(enrolments).toBeGreaterThan(0);
    expect(enrolments).toBeLessThan(PLAN.requests);
    expect(sum(ends)).toBe(PLAN.requests);
    expect(sum(kills)).toBe(plan.kills.length);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((all, count) => all + count, 0);
}
