import { inspect } from 'node:util';
import { sql } from 'kysely';
import type { Database } from '../../../src/archive/records/database/database.js';
import { assertSchema, migrate } from '../../../src/archive/records/database/migrate.js';
import type { Migrations } from '../../../src/archive/records/database/migrate.js';
import { childCommand, endOf, startChild } from '../children/child.js';
import { addEntry, count, MIGRATIONS, openAt } from './tables.js';
import type { Place, Tables } from './tables.js';

const later: Migrations = (types) => ({
  ...MIGRATIONS(types),
  '0002-notes': { up: (db) => db.schema.createTable('note').addColumn('text', types.text).execute() },
});

/** What every database does alike. `newPlace` makes one without tables. */
export function keepsTheContract(newPlace: () => Promise<Place>): void {
  let place: Place;
  let database: Database<Tables>;
  const others: Database<Tables>[] = [];

  beforeEach(async () => {
    place = await newPlace();
    database = openAt(place);
    await migrate(database, MIGRATIONS);
  });
  afterEach(async () => {
    for (const open of [...others.splice(0), database]) await open.close();
  });

  const another = (): Database<Tables> => {
    const opened = openAt(place);
    others.push(opened);
    return opened;
  };
  const entries = async (): Promise<Tables['entry'][]> =>
    database.run((db) => db.selectFrom('entry').selectAll().orderBy('number').execute());
  const evaluated = async (values: ReturnType<typeof sql>): Promise<unknown> =>
    (await database.run((db) => sql`select ${values}`.execute(db))).rows[0];
  const clock = async (): Promise<unknown> => evaluated(sql`database_now() as now`);

  describe('a transaction', () => {
    it('writes all or nothing, and passes errors of its work unchanged', async () => {
      await addEntry(database, 'a', 1);
      const broken = new Error('on the way');
      const work = database.transaction(async (trx) => {
        await trx.insertInto('entry').values({ writer: 'a', number: 2, text: null }).execute();
        throw broken;
      });
      await expect(work).rejects.toBe(broken);
      expect(await entries()).toEqual([{ writer: 'a', number: 1, text: null }]);
    });

    it('refuses another handle, instead of waiting for itself', async () => {
      const message = 'Within a transaction, only the handle of that transaction may be used.';
      await expect(database.transaction(entries)).rejects.toThrow(message);
      await expect(database.transaction(async () => addEntry(database, 'a', 1))).rejects.toThrow(message);
      const leaked = database.run((db) => database.transaction(() => db.selectFrom('entry').selectAll().execute()));
      await expect(leaked).rejects.toThrow(message);
      await addEntry(database, 'a', 2);
      expect(await entries()).toHaveLength(1);
    });

    it('is over for what it started, when it is over', async () => {
      const over = Promise.withResolvers<void>();
      let started: Promise<unknown> | undefined;
      await database.transaction(async () => {
        started = over.promise.then(entries);
      });
      over.resolve();
      expect(await started).toEqual([]);
    });
  });

  describe('a value', () => {
    it.each([
      ['undefined', undefined],
      ['an integer above 2^53', 2 ** 53],
      ['not a finite number', Number.NaN],
      ['an object', { secret: 1 }],
      ['an object', new Date(0)],
      ['a bigint', 1n],
      ['a zero byte', 'a\0b'],
    ])('is refused if it is %s', async (words, value) => {
      await expect(evaluated(sql`${value} as x`)).rejects.toThrow(
        expect.objectContaining({ name: 'TypeError', message: expect.stringContaining(words) }),
      );
    });

    it('is refused if it is a boolean', async () => {
      const values = { writer: 'a', number: true as unknown as number, text: null };
      await expect(database.transaction((trx) => trx.insertInto('entry').values(values).execute())).rejects.toThrow();
    });

    it('comes back as it went in', async () => {
      const largest = Number.MAX_SAFE_INTEGER;
      await database.transaction((trx) =>
        trx
          .insertInto('entry')
          .values([
            { writer: 'ß \u{1F58B} \' " \\ %_', number: -largest, text: null },
            { writer: '', number: largest, text: '{"a":"€"}' },
          ])
          .execute(),
      );
      expect(await entries()).toEqual([
        { writer: 'ß \u{1F58B} \' " \\ %_', number: -largest, text: null },
        { writer: '', number: largest, text: '{"a":"€"}' },
      ]);
    });

    it('of a condition is 0 or 1, and counts and sums are numbers', async () => {
      await addEntry(database, 'a', 1);
      await addEntry(database, 'a', 2);
      const row = await evaluated(
        sql`1 = 1 as yes, 1 = 2 as no, (select count(*) from entry) as entries, (select sum(number) from entry) as total`,
      );
      expect(row).toEqual({ yes: 1, no: 0, entries: 2, total: 3 });
    });

    it('above 2^53 is not read as another one', async () => {
      await expect(evaluated(sql`9007199254740993 as x`)).rejects.toMatchObject({
        code: 'ARCHIVE_UNAVAILABLE',
        facts: { reason: 'damaged number' },
      });
    });

    it('is compared byte by byte', async () => {
      for (const writer of ['b', 'ä', 'B', 'a-1', 'a1', 'A']) await addEntry(database, writer, 1);
      const sorted = await database.run((db) => db.selectFrom('entry').select('writer').orderBy('writer').execute());
      expect(sorted.map(({ writer }) => writer)).toEqual(['A', 'B', 'a-1', 'a1', 'b', 'ä']);
    });
  });

  it('has a clock', async () => {
    const before = (await clock()) as { now: number };
    expect(Number.isSafeInteger(before.now)).toBe(true);
    const after = (await clock()) as { now: number };
    expect(after.now).toBeGreaterThanOrEqual(before.now);
  });

  describe('an error', () => {
    const secret = 'tell-nobody';

    it('of a key that exists is a defect, and names no value', async () => {
      const once = async (): Promise<unknown> =>
        database.transaction((trx) =>
          trx.insertInto('entry').values({ writer: secret, number: 1, text: null }).execute(),
        );
      await once();
      const error = await once().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: 'ARCHIVE_UNAVAILABLE',
        message: expect.stringContaining('unique key') as string,
      });
      expect(inspect(error, { depth: 9 })).not.toContain(secret);
    });

    it('of a statement names no values', async () => {
      const error = await database
        .transaction((trx) => sql`insert into entry (writer, text) values (${secret}, ${secret})`.execute(trx))
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'ARCHIVE_UNAVAILABLE', field: database.field });
      expect(inspect(error, { depth: 9 })).not.toContain(secret);
    });

    it('of a missing table asks for setup', async () => {
      await expect(database.run((db) => sql`select * from nowhere`.execute(db))).rejects.toMatchObject({
        code: 'ARCHIVE_UNAVAILABLE',
        remedy: expect.stringContaining('videoid setup'),
        facts: { reason: 'no schema' },
      });
    });
  });

  describe('several writers', () => {
    it('on connections of their own lose nothing and double nothing', async () => {
      const writers = Array.from({ length: 6 }, another);
      await Promise.all(
        writers.map(async (writer, index) => {
          for (let number = 0; number < 20; number += 1) await addEntry(writer, `w${index}`, number);
        }),
      );
      expect(await count(database)).toEqual({ entries: 120, counter: 120 });
    });

    it('on one connection take turns', async () => {
      await Promise.all(Array.from({ length: 60 }, (_, number) => addEntry(database, 'a', number)));
      expect(await count(database)).toEqual({ entries: 60, counter: 60 });
    });

    it('in several processes lose nothing and double nothing', async () => {
      const ends = await Promise.all(
        ['p', 'q', 'r'].map((writer) =>
          endOf(startChild(childCommand('write-entries.ts', JSON.stringify(place), writer, '60'))),
        ),
      );
      expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
      expect(await count(database)).toEqual({ entries: 180, counter: 180 });
    });
  });

  describe('migrations', () => {
    it('run once, also if several processes start them at once', async () => {
      const fresh = await newPlace();
      const ends = await Promise.all(
        Array.from({ length: 8 }, () => endOf(startChild(childCommand('migrate-entries.ts', JSON.stringify(fresh))))),
      );
      expect(ends.map(({ code }) => code)).toEqual(Array.from({ length: 8 }, () => 0));
      expect(ends.map(({ output }) => output).filter((output) => output !== '[]')).toEqual(['["0001-entries"]']);
      const opened = openAt(fresh);
      others.push(opened);
      expect(await count(opened)).toEqual({ entries: 0, counter: 0 });
    });

    it('that fail leave nothing behind', async () => {
      const broken: Migrations = (types) => ({
        ...later(types),
        '0003-broken': { up: () => Promise.reject(new Error('in the middle')) },
      });
      await expect(migrate(database, broken)).rejects.toThrow('in the middle');
      expect(await migrate(database, later)).toEqual(['0002-notes']);
      expect(await migrate(database, later)).toEqual([]);
    });

    it('that are missing are reported, and what must be done', async () => {
      const fresh = openAt(await newPlace());
      others.push(fresh);
      await expect(assertSchema(fresh, MIGRATIONS)).rejects.toMatchObject({
        code: 'ARCHIVE_UNAVAILABLE',
        remedy: expect.stringContaining('videoid setup'),
        facts: { reason: 'no schema', here: 'none', wanted: '0001-entries' },
      });
      await expect(assertSchema(database, later)).rejects.toMatchObject({
        remedy: expect.stringContaining('videoid setup'),
        facts: { reason: 'older schema', here: '0001-entries', wanted: '0002-notes' },
      });
      await migrate(database, later);
      await assertSchema(database, later);
    });

    it('of a newer release are not touched', async () => {
      await migrate(database, later);
      const newer = {
        code: 'ARCHIVE_UNAVAILABLE',
        remedy: 'Install that release here too.',
        facts: { reason: 'newer schema', here: '0002-notes', wanted: '0001-entries' },
      };
      await expect(assertSchema(database, MIGRATIONS)).rejects.toMatchObject(newer);
      await expect(migrate(database, MIGRATIONS)).rejects.toMatchObject(newer);
    });
  });
}
