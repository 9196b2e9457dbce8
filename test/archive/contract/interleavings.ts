import * as fc from 'fast-check';
import type { Archive } from '../../../src/archive/archive.js';
import { requestOf } from '../../../src/archive/names.js';
import { brokenLink } from '../../../src/archive/records/chain.js';
import { PersonDigests } from '../../../src/security/person-digests.js';
import { readAll } from './feed.js';
import { ModelRequest, steps } from './model-run.js';
import type { TestedArchive } from './tested-archive.js';

/** How many stories. `JOURNAL_STORIES` raises it. */
const RUNS = Number(process.env['JOURNAL_STORIES'] ?? 25);

/** The first entry of the journal that is not as it was written. */
export async function brokenIn(tested: TestedArchive, key: ModelRequest['key']): Promise<number | undefined> {
  const people = new PersonDigests(tested.archive.id, undefined);
  return await brokenLink({ database: tested.rows, now: Date.now, people }, key);
}

/** That the journal has every event of every run once, in the order of each run, and nothing else but what was outside. */
export async function assertJournal(archive: Archive, model: ModelRequest): Promise<void> {
  const entries = await archive.journal(model.key);
  expect(entries.map(({ number }) => number)).toEqual(entries.map((_, at) => at + 1));
  const ids = entries.map(({ facts }) => String(facts?.['id']));
  expect(ids.toSorted()).toEqual([...new Set([...model.ids().flat(), ...model.outside])].toSorted());
  for (const own of model.ids()) expect(ids.filter((id) => own.includes(id))).toEqual(own);
  const news = (await readAll(archive)).filter(({ entry }) => entry.reference === model.key.reference);
  const told = news.map(({ entry }) => (entry.what === 'deadline-near' ? entry.deadline : entry.what));
  expect(told.toSorted()).toEqual(model.news());
  const { newest } = model;
  expect(await archive.readStanding(model.key)).toMatchObject({
    run: newest.name,
    revision: newest.revision,
    upTo: newest.events.length,
    event: entries.length,
    stand: { words: `${newest.name} ${newest.revision}` },
  });
  expect(model.differs).toEqual([]);
}

/** Whatever comes first, twice, late or not at all for a while. */
export function describeInterleavings(given: () => TestedArchive): void {
  // oxlint-disable-next-line jest/expect-expect -- in the property
  it('ends with every event once, and never goes back', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (story) => {
        const { archive } = given();
        const model = new ModelRequest(await given().start(given().newKey(), {}));
        let last: { run?: string; revision: number } = { revision: 0 };
        for (const step of story) {
          await model.carryOut(archive, step);
          const { run = '', revision = 0 } = (await archive.readStanding(model.key)) ?? {};
          expect(model.named).not.toContain(run);
          if (run === last.run) expect(revision).toBeGreaterThanOrEqual(last.revision);
          last = { run, revision };
        }
        await model.finish(archive);
        await assertJournal(archive, model);
        expect(await brokenIn(given(), model.key)).toBeUndefined();
      }),
      { numRuns: RUNS },
    );
  });

  it('is chained, so that a changed, moved or missing entry is found', async () => {
    const { archive, rows } = given();
    const model = new ModelRequest(await given().start());
    const request = requestOf(model.key);
    for (let event = 1; event <= 6; event += 1) {
      await model.carryOut(archive, { what: 'happens', run: 0, news: event === 3 });
      if (event % 2 === 0) await model.carryOut(archive, { what: 'outside' });
    }
    await model.finish(archive);
    expect(await brokenIn(given(), model.key)).toBeUndefined();
    const right = await rows.run((db) => db.selectFrom('events').selectAll().where('request', '=', request).execute());
    const [one, two] = right.filter(({ number }) => number === 4 || number === 5);
    if (one === undefined || two === undefined) throw new Error('They are not there.');
    const wrong: [string, number, typeof right][] = [
      ['another fact', 4, [{ ...one, content: one.content.replace('{', '{"more":1,') }]],
      ['another time', 4, [{ ...one, at: one.at + 1 }]],
      ['another run', 4, [{ ...one, run: 'other' }]],
      ['another digest', 4, [{ ...one, digest: two.digest }]],
      ['no digest', 4, [{ ...one, digest: null, previous_digest: null }]],
      [
        'in another order',
        4,
        [
          { ...one, number: 5, token: two.token },
          { ...two, number: 4, token: one.token },
        ],
      ],
    ];
    const replace = async (with_: typeof right) => {
      await rows.transaction(async (db) => {
        for (const { number } of with_) {
          await db.deleteFrom('events').where('request', '=', request).where('number', '=', number).execute();
        }
        for (const row of with_) await db.insertInto('events').values(row).execute();
      });
    };
    for (const [what, number, changed] of wrong) {
      await replace(changed);
      expect([what, await brokenIn(given(), model.key)]).toEqual([what, number]);
      await replace([one, two]);
    }
    expect(await brokenIn(given(), model.key)).toBeUndefined();
    for (const number of [right.length, 2]) {
      await rows.run((db) =>
        db.deleteFrom('events').where('request', '=', request).where('number', '=', number).execute(),
      );
      expect(await brokenIn(given(), model.key)).toBe(number);
    }
  });
}
