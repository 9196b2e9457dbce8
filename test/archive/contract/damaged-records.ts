import { array, assert, asyncProperty, constantFrom, integer, jsonValue, oneof, string } from 'fast-check';
import { sql } from 'kysely';
import { VideoIdError } from '../../../src/messages/failures.js';
import type { AttemptKey } from '../../../src/archive/archive.js';
import { requestOf } from '../../../src/archive/names.js';
import type { RequestPk, VideoidPk } from '../../../src/messages/request.js';
import { FEED_START } from '../../../src/archive/journal.js';
import { envelopeOf, eventsFrom, tellNews } from './envelopes.js';
import { readAll } from './feed.js';
import { orderOf, outcomeOf } from './decisions.js';
import type { TestedArchive } from './tested-archive.js';

/** The number of damaged records. `HOSTILE_RECORDS` raises it. */
const RUNS = Number(process.env['HOSTILE_RECORDS'] ?? 300);

const AT = '2026-01-01T00:00:00.000Z';
const PK = '987654' as RequestPk;
const SYSTEM = { environment: 'sandbox', flow: 'signature' } as const;

const DAMAGE = [
  '',
  '{',
  'null',
  '[]',
  '"text"',
  '{}',
  '1e999',
  '\u0001',
  '[[[['.repeat(10_000),
  '{"id":"../.."}',
  '\ufeff{}',
];

const ODD = oneof(
  jsonValue(),
  constantFrom<unknown>(-1, 0, 1.5, 1e308, 2 ** 53, '', 'x'.repeat(10_000), '../..', '\u0000', '__proto__'),
  constantFrom<unknown>(null, [], {}, true),
);

/** A column with a record, and its reader. */
interface Column {
  table: string;
  column: string;
  /** Which row: values of other columns. */
  where: Record<string, string>;
  /** The table that the error names, if it is another one. */
  named?: string;
  read: () => Promise<unknown>;
}

/** Records that somebody changed in the database, or that a newer release wrote. */
export function describeDamage(given: () => TestedArchive): void {
  let key: AttemptKey;
  let columns: Column[];

  beforeAll(async () => {
    const { archive } = given();
    key = await given().start(given().newKey('enrolment'), { 'a.pdf': 'A' }, { enrolment: {
      secureElement: '2', validityTime: '1', fields: { title: 't' }, untilIssued: true, preauthLink: true,
    } }); // prettier-ignore
    await archive.claimPlace(key, { namespace: 'n', namespaceId: 'i', address: 'a' });
    await archive.addCorrection(key, { phone: '+34600000001' });
    await archive.addSupplement(key, {
      fields: { title: 'Director' },
      documents: [{ file: 1, name: 'n', size: 1, sha256: 'a'.repeat(64) }],
    });
    await archive.noteCard(key, { round: 1, sn: '5053311' });
    await archive.writeSealed(key, 'approval', { keyId: 'k', sealed: 'AAAA' });
    await archive.writeProvider(key, { videoidPk: '1' as VideoidPk, requestPk: PK, videoidLink: 'https://l' });
    await archive.writeUploads(key, { requestPk: PK, documents: [] });
    await archive.appendEvent(key, { at: AT, what: 'link-shown', facts: { note: 'words' } });
    await archive.bindOrder(key, 'order', orderOf('a'));
    await archive.keepCall(key, 'call', { id: 'i', requestPk: PK, at: AT, answered: true, shows: [], events: [] });
    await archive.writeJournal(key, envelopeOf('run', 1, eventsFrom(1, 'a')));
    await archive.noteTry(key, 'run', { step: 's', code: 'TLS_FAILED', words: 'w', tries: 1 });
    await archive.notices.noteOutage({
      ...SYSTEM,
      code: 'PROVIDER_UNREACHABLE',
      optimizer: 'o',
      words: 'w',
      since: AT,
    });
    await tellNews(archive, key, 'damaged');
    const [before = FEED_START, last = FEED_START] = (await readAll(archive)).slice(-2).map(({ position }) => position);
    await archive.recordOutcome(key, outcomeOf(key));
    const where = { request: requestOf(key) };
    const personal = (what: string) => ({ table: 'personal', column: 'content', where: { ...where, what } });
    const content = (table: string) => ({ table, column: 'content', where });
    columns = [
      { table: 'requests', column: 'settings', where, read: () => archive.readRequest(key) },
      { ...personal('signer'), named: 'requests', read: () => archive.readRequest(key) },
      { ...personal('documents'), named: 'requests', read: () => archive.readRequest(key) },
      { table: 'requests', column: 'place', where, read: () => archive.readPlace(key) },
      { table: 'requests', column: 'ending', where, read: () => archive.readOutcome(key) },
      { ...personal('correction-1'), read: () => archive.readSigner(key) },
      { ...personal('correction-1'), read: () => archive.readCorrection(key, 1) },
      { ...personal('supplement-1'), named: 'supplements', read: () => archive.supplements(key) },
      { table: 'supplements', column: 'documents', where, read: () => archive.supplements(key) },
      { ...content('cards'), read: () => archive.cards(key) },
      { ...content('sealed'), read: () => archive.readSealed(key, 'approval') },
      { ...content('provider'), read: () => archive.readProvider(key) },
      { ...content('uploads'), read: () => archive.readUploads(key) },
      { ...content('orders'), read: () => archive.readOrder(key, 'order') },
      { ...content('orders'), read: () => archive.bindOrder(key, 'order', orderOf('b')) },
      { ...content('calls'), read: () => archive.calls(key) },
      { ...content('events'), read: () => archive.events(key) },
      { ...content('events'), read: () => archive.journal(key) },
      { ...content('standings'), read: () => archive.readStanding(key) },
      { table: 'standings', column: 'failing', where, read: () => archive.readStanding(key) },
      { table: 'outages', column: 'content', where: SYSTEM, read: () => archive.notices.outages() },
      {
        table: 'feed',
        column: 'content',
        where: { number: String(last.number) },
        read: () => archive.notices.readFeed(before, 1),
      },
    ];
  });

  it('are reported by the name of their table, with any content', async () => {
    for (const column of columns) {
      for (const damage of DAMAGE) {
        const error = await readDamaged(column, () => damage);
        expect({ column: column.column, damage: damage.slice(0, 20), error }).toMatchObject({
          error: {
            code: 'ARCHIVE_UNAVAILABLE',
            field: 'archive',
            remedy: expect.stringContaining('Restore the database'),
            facts: { reason: `unreadable ${column.named ?? column.table}` },
          },
        });
      }
    }
  });

  it.each(['created_at', 'ended_at'])('are reported if %s is no time', async (column) => {
    const { archive, rows } = given();
    const set = async (value: number) =>
      await rows.run((db) =>
        sql`update requests set ${sql.ref(column)} = ${value} where request = ${requestOf(key)}`.execute(db),
      );
    const filter = { workflowIds: [requestOf(key)] };
    await set(9e15);
    const error = { code: 'ARCHIVE_UNAVAILABLE', facts: { reason: 'unreadable requests' } };
    await expect(archive.list(filter, { limit: 1 })).rejects.toMatchObject(error);
    if (column === 'created_at') await expect(archive.readRequest(key)).rejects.toMatchObject(error);
    await set(0);
  });

  it('are never shown in the error', async () => {
    const [first] = columns;
    if (first === undefined) throw new Error('There is none.');
    const error = await readDamaged(first, () => '{"secret":"of the signer"}');
    expect(error).toBeInstanceOf(VideoIdError);
    expect(JSON.stringify(error) + String(error)).not.toContain('secret');
  });

  // oxlint-disable-next-line jest/expect-expect -- in the property
  it('are read or reported, and never break the reader', async () => {
    await assert(
      asyncProperty(
        integer({ min: 0, max: 1000 }),
        oneof(
          array(integer({ min: 0, max: 30 }), { maxLength: 4 }).map((path) => ({ path })),
          string({ unit: 'grapheme', maxLength: 200 }).map((raw) => ({ raw: raw.replaceAll('\0', '') })),
        ),
        ODD,
        async (which, how, value) => {
          const column = columns[which % columns.length];
          if (column === undefined) return;
          const error = await readDamaged(column, (right) =>
            'raw' in how ? how.raw : (JSON.stringify(changed(JSON.parse(right), how.path, value)) ?? 'null'),
          );
          expect(error === undefined || error instanceof VideoIdError).toBe(true);
        },
      ),
      { numRuns: RUNS, seed: 9 },
    );
  });

  it('of a start are not read as those of another', async () => {
    const other = await given().start(given().newKey('enrolment'), {});
    const { settings } = await given().rows.run((db) =>
      db.selectFrom('requests').select('settings').where('request', '=', requestOf(other)).executeTakeFirstOrThrow(),
    );
    const next = { ...(JSON.parse(settings) as object), previousAttempt: 1 };
    const [first] = columns;
    if (first === undefined) throw new Error('There is none.');
    expect(await readDamaged(first, () => JSON.stringify(next))).toMatchObject({ code: 'ARCHIVE_UNAVAILABLE' });
  });

  /** Reads a column with changed content, then restores the content. */
  async function readDamaged(
    { table, column, where, read }: Column,
    change: (right: string) => string,
  ): Promise<unknown> {
    const conditions = Object.entries(where).map(([name, value]) =>
      name === 'number' ? sql`${sql.ref(name)} = ${Number(value)}` : sql`${sql.ref(name)} = ${value}`,
    );
    const row = sql.join(conditions, sql` and `);
    const write = async (content: string): Promise<void> => {
      await given().rows.run((db) =>
        sql`update ${sql.table(table)} set ${sql.ref(column)} = ${content} where ${row}`.execute(db),
      );
    };
    const { rows } = await given().rows.run((db) =>
      sql<{ content: string }>`select ${sql.ref(column)} as content from ${sql.table(table)} where ${row}`.execute(db),
    );
    const right = rows[0]?.content;
    if (right === undefined) throw new Error(`There is no row in ${table}.`);
    await write(change(right));
    try {
      return await read().then(
        () => undefined,
        (error: unknown) => error,
      );
    } finally {
      await write(right);
    }
  }
}

/** Replaces a value somewhere in a record. */
function changed(record: unknown, path: readonly number[], value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined || typeof record !== 'object' || record === null) return value;
  const names = Object.keys(record);
  const name = names[first % Math.max(1, names.length)];
  if (name === undefined) return value;
  return { ...record, [name]: changed(Reflect.get(record, name), rest, value) };
}
