import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { differencesFromHistories } from '../installation/history-of-journal.js';
import { Installation } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { People } from '../installation/people.js';
import { Temporal } from '../installation/temporal.js';

const OPERATOR = { kind: 'operator', id: 'test' } as const;
const REQUESTS = Number(process.env['AWAY_REQUESTS'] ?? 200);
/** So many of them get an order while the database is away. */
const ORDERED = 40;
/** Longer than a busy machine needs for a step, milliseconds. */
const ONE_TRY = 60_000;
/** So many are started at the same time. */
const AT_ONCE = 4;
/** So many events may be added to a history while the database is away. The order itself has two more, and its task three. */
const MOST_EVENTS = 10;
const OF_AN_ORDER = 5;

/** What holds when the database is away while many requests run. @param milliseconds how long */
export function databaseAway(milliseconds: number): void {
  const folder = mkdtempSync(join(tmpdir(), 'videoid-database-away-'));
  const directory = join(folder, 'archive');
  let at: Installation;
  let temporal: Temporal;
  beforeAll(async () => {
    at = await Installation.start({
      settings: (settings) => {
        settings['archive'] = { directory, reserve: 0 };
        const { steps } = settings['policy'] as { steps: Record<string, { startToClose: number; budget: number }> };
        for (const [name, step] of Object.entries(steps))
          Object.assign(step, { startToClose: ONE_TRY, ...(name === 'watch' ? {} : { budget: ONE_TRY }) });
      },
    });
    temporal = await Temporal.connect(at);
  });
  afterAll(async () => {
    await temporal.close();
    await at.close();
    rmSync(folder, { recursive: true });
  });

  test('the journal is late and not wrong, and histories hardly grow', async () => {
    const all: People[] = [];
    while (all.length < REQUESTS)
      all.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => People.start(at)))));
    for (const people of all) await people.until('video');
    const lengths = async (): Promise<number[]> =>
      Promise.all(all.map(async ({ workflowId }) => (await temporal.workflow(workflowId).describe()).historyLength));
    const before = await lengths();

    renameSync(directory, `${directory}-away`);
    let after: number[];
    const extended = new Set<string>();
    try {
      const began = performance.now();
      const order = { by: 60_000, actor: OPERATOR, reason: 'the database is away' };
      // Once the trouble is noticed, the deadline stands still, and nobody can move it.
      const ordered = all.slice(0, ORDERED).map(async ({ workflowId }) => {
        await (await temporal.order(workflowId, 'extend', order)).result();
        extended.add(workflowId);
      });
      await Promise.allSettled(ordered);
      expect(extended.size).toBeGreaterThan(0);
      await pause(Math.max(0, milliseconds - (performance.now() - began)));
      after = await lengths();
    } finally {
      renameSync(`${directory}-away`, directory);
    }

    const grown = all.map((_people, place) => (after[place] ?? 0) - (before[place] ?? 0));
    expect(Math.max(...grown.slice(ORDERED))).toBeLessThanOrEqual(MOST_EVENTS);
    expect(Math.max(...grown.slice(0, ORDERED))).toBeLessThanOrEqual(MOST_EVENTS + OF_AN_ORDER);
    for (const { reference, workflowId } of all) {
      const wanted = { attention: undefined, extended: extended.has(workflowId) ? 1 : 0 };
      let seen: object = {};
      await eventually(
        async () => {
          const { attention, events } = await at.client.status(reference);
          seen = { attention, extended: events.filter(({ what }) => what === 'deadline-extended').length };
          return isDeepStrictEqual(seen, wanted);
        },
        () => ({ reference, seen }),
      );
    }
    const ending = [...all.slice(0, 5), ...all.slice(-5)];
    for (const { reference } of ending) await at.client.cancel(reference, { actor: OPERATOR, reason: 'over' });
    expect(
      await differencesFromHistories(
        at,
        ending.map(({ workflowId }) => workflowId),
      ),
    ).toEqual([]);
  }, 1_200_000);
}
