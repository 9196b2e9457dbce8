import { FEED_START } from '../../../src/archive/journal.js';
import { requestOf } from '../../../src/archive/names.js';
import type { RequestPk } from '../../../src/messages/request.js';
import { keyOf, textOf } from '../sample-start.js';
import type { Contestants } from './contestants.js';
import { newsId } from './envelopes.js';
import { brokenIn } from './interleavings.js';
import { readAll } from './feed.js';
import { problemsIn } from './kills.js';
import { RACED, type RaceName } from './races.js';
import { DAY, type MakePlace, TestedArchive } from './tested-archive.js';

/** Numbers from 1, each once. */
const counted = (count: number) => Array.from({ length: count }, (_, at) => at + 1);
const sorted = (numbers: unknown[][]) => (numbers.flat() as number[]).toSorted((one, other) => one - other);
/** The answers to each turn. */
const byTurn = (answers: unknown[][]) => (answers[0] ?? []).map((_, turn) => answers.map((each) => each[turn]));
const eachOnce = (texts: unknown[]) => expect(new Set(texts).size).toBe(texts.length);

/** What holds when many do the same at the same moment. */
export function describeConcurrency(
  makePlace: MakePlace,
  enter: (tested: TestedArchive, count: number) => Promise<Contestants>,
  count: number,
): void {
  let tested: TestedArchive;
  let contestants: Contestants;
  beforeAll(async () => {
    tested = await TestedArchive.make(makePlace);
    await tested.start(RACED);
    contestants = await enter(tested, count);
  });
  afterAll(async () => {
    await contestants.close();
    await tested.close();
  });

  it('a mark is set by exactly one', async () => {
    for (const answers of byTurn(await contestants.run('marks'))) expect(answers.filter(Boolean)).toHaveLength(1);
  });

  it('a read at the provider is allowed to exactly one', async () => {
    for (const waits of byTurn(await contestants.run('reads')))
      expect(waits.filter((wait) => wait === 0)).toHaveLength(1);
  });

  it('numbers have no gap and none is given twice', async () => {
    expect(sorted(await contestants.run('corrections'))).toEqual(counted(count * 10));
    expect(sorted(await contestants.run('supplements'))).toEqual(counted(count * 5));
    expect(await tested.archive.supplements(RACED)).toHaveLength(count * 5);
    expect(await tested.archive.readCorrection(RACED, count * 10)).toBeDefined();
  });

  it('every card and every event is kept', async () => {
    await contestants.run('cards');
    await contestants.run('events');
    const cards = (await tested.archive.cards(RACED)).map(({ sn }) => sn);
    const events = (await tested.archive.events(RACED)).map(({ facts }) => facts?.['id']);
    expect([cards.length, events.length]).toEqual([count * 5, count * 10]);
    eachOnce(cards);
    eachOnce(events);
    // Those of one come in its order.
    const ofOne = events.filter((id) => String(id).startsWith('1-'));
    expect(ofOne).toEqual(Array.from({ length: 10 }, (_, turn) => `1-${turn}`));
  });

  it('a key is bound to one order, and a request to one Temporal', async () => {
    for (const race of ['orders', 'places'] as const) {
      for (const answers of byTurn(await contestants.run(race)))
        expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    }
  });

  it('an outcome is one', async () => {
    const answers = (await contestants.run('outcomes')).flat();
    const winner = answers.indexOf('done');
    expect(answers.toSpliced(winner, 1)).toEqual(Array.from({ length: count - 1 }, () => 'REQUEST_ENDED'));
    expect((await tested.archive.readOutcome(RACED))?.note).toBe(`${winner}`);
  });

  it("a provider's id is given to one", async () => {
    for (const [turn, answers] of byTurn(await contestants.run('ids')).entries()) {
      expect(answers.filter((answer) => answer === 'done')).toHaveLength(1);
      const found = await tested.archive.readIndex('raced', `${turn + 1}` as RequestPk);
      expect(found?.reference).toBe(`r${answers.indexOf('done')}`);
    }
  });

  it('a start wins or loses whole', async () => {
    const turns = byTurn(await contestants.run('starts'));
    for (const [turn, answers] of turns.entries()) {
      const key = keyOf(`start-${turn}`);
      expect(answers.filter((answer) => answer === 'created')).toHaveLength(1);
      const winner = `${answers.indexOf('created')}`;
      const { profile, documents } = await tested.archive.readRequest(key);
      expect([profile, ...documents.map(({ name }) => name)]).toEqual([winner, `${winner}-1.pdf`, `${winner}-2.pdf`]);
      const { stream } = await tested.archive.openFile(key, { kind: 'document', index: 2 });
      expect(await textOf(stream)).toBe(winner + winner);
      const rows = await tested.rows.run((db) =>
        db.selectFrom('files').select('object').where('request', '=', requestOf(key)).execute(),
      );
      expect(rows).toHaveLength(2);
    }
    expect(await tested.intents()).toEqual([]);
    expect(await problemsIn(tested)).toEqual([]);
  });

  it('a file is one of those that were stored, and the others are swept once', async () => {
    const stored = (await contestants.run('files')).flat();
    const { stream, ...digest } = await tested.archive.openFile(RACED, { kind: 'contract' });
    const content = await textOf(stream);
    expect(new Set(content.match(/../g)).size).toBe(1);
    expect(stored).toContainEqual(digest);
    await tested.age(15 * DAY);
    await contestants.run('sweeps');
    expect(await tested.intents()).toEqual([]);
    expect(await tested.place.objects()).toEqual(await tested.current());
    expect(await problemsIn(tested)).toEqual([]);
  });

  /** Reads the feed while others race, until it has everything. */
  async function readDuring(
    race: RaceName,
  ): Promise<{ answers: unknown[][]; seen: Awaited<ReturnType<typeof readAll>> }> {
    const start = (await readAll(tested.archive)).at(-1)?.position ?? FEED_START;
    const seen: Awaited<ReturnType<typeof readAll>> = [];
    let writing = true;
    const reading = (async () => {
      for (let last = false; !last;) {
        last = !writing;
        seen.push(...(await readAll(tested.archive, seen.at(-1)?.position ?? start, 5)));
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const answers = await contestants.run(race);
    writing = false;
    await reading;
    // No number is left out, and none comes twice or late.
    const numbers = seen.map(({ position }) => position.number - start.number);
    expect(numbers).toEqual(counted(numbers.length));
    eachOnce(seen.map(({ entry }) => entry.id));
    return { answers, seen };
  }

  it('a reader of the feed misses nothing while others write, and sees their numbers in order', async () => {
    const ids = (await readDuring('feed')).seen.map(({ entry }) => entry.id);
    expect(ids).toHaveLength(count * 12);
    for (let who = 0; who < count; who += 1) {
      const own = counted(12).map((turn) => newsId(requestOf(RACED), `${who}-${turn - 1}`));
      expect(ids.filter((id) => own.includes(id))).toEqual(own); // those of one come in its order
    }
  });

  it('a journal that many write has each event once, and so has the feed', async () => {
    const before = (await tested.archive.journal(RACED)).length;
    const { answers, seen } = await readDuring('journals');
    const runs = answers.flat() as string[];
    const entries = (await tested.archive.journal(RACED)).slice(before);
    expect(entries.map(({ number }) => number)).toEqual(counted(runs.length * 8).map((number) => before + number));
    for (const run of runs) {
      const own = entries.filter((entry) => entry.run === run).map(({ facts }) => facts?.['number']);
      expect(own).toEqual(counted(8));
    }
    expect(seen).toHaveLength(runs.length * 4);
    expect(await brokenIn(tested, RACED)).toBeUndefined();
  });
}
