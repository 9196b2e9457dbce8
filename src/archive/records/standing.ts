import type { Expression, ExpressionBuilder, Kysely, SqlBool } from 'kysely';
import type { Envelope, FailedTry, Standing } from '../../messages/journal.js';
import type { JournalRecords } from '../journal.js';
import { jsonOf, parsed, read, timeOf, written } from './content.js';
import { failedTrySchema, standSchema } from './journal-schemas.js';
import { changed, databaseNow, found, isRequest, locked, type Records } from './records.js';
import { type KnownRun, noteFollowed } from './runs.js';
import type { Tables } from './schema.js';

/** The most ids in one statement. */
const IDS_AT_ONCE = 500;

type Part = 'noteTry' | 'noteOver' | 'readStanding' | 'countRunning';

/** Where requests stand. */
export function standings(records: Records): Pick<JournalRecords, Part> {
  return {
    noteTry: async (key, run, failed) => {
      await changed(records, key, async (db, request) => {
        if (!(await locked(db, request))) return undefined;
        if (await noteTry(db, request, run, failed)) await records.database.tell(db, request);
        return true;
      });
    },

    noteOver: async (key, run) => {
      await changed(records, key, async (db, request) => {
        if (!(await locked(db, request))) return undefined;
        await noteFollowed(db, request, run);
        await records.database.tell(db, request);
        return true;
      });
    },

    readStanding: async (key) => {
      const row = await found(records, key, (db, request) =>
        db
          .selectFrom('requests')
          .leftJoin('standings', 'standings.request', 'requests.request')
          .leftJoin('runs', (join) =>
            join.onRef('runs.request', '=', 'standings.request').onRef('runs.run', '=', 'standings.run'),
          )
          .select(['requests.events', 'standings.run', 'standings.revision', 'standings.written_at'])
          .select(['standings.content', 'standings.failing', 'runs.up_to', 'runs.followed'])
          .where(isRequest(request))
          .executeTakeFirst(),
      );
      const { run, revision, written_at: at, events: event, failing: failed } = row;
      if (run === null || revision === null || at === null) return undefined;
      const failing = read(failedTrySchema, failed, 'standings');
      return {
        stand: parsed(standSchema, jsonOf(row.content), 'standings'),
        run,
        upTo: row.up_to ?? 0,
        revision,
        event,
        at: timeOf(at, 'standings'),
        ...(row.followed === 1 && { over: true as const }),
        ...(failing && { failing }),
      } satisfies Standing;
    },

    countRunning: async (others) =>
      await records.database.run(async (db) => {
        const running = await countOf(db, (where) => where('outcome', 'is', null));
        let attention = await countOf(db, (where) => where('attention', 'is not', null));
        const ids = [...new Set(others)];
        for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
          const some = ids.slice(at, at + IDS_AT_ONCE);
          attention += await countOf(db, (where) =>
            where.and([where('request', 'in', some), where('attention', 'is', null), where('outcome', 'is', null)]),
          );
        }
        return { running, attention };
      }),
  };
}

async function countOf(
  db: Kysely<Tables>,
  which: (where: ExpressionBuilder<Tables, 'requests'>) => Expression<SqlBool>,
): Promise<number> {
  const { count } = await db
    .selectFrom('requests')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('deleted_at', 'is', null)
    .where(which)
    .executeTakeFirstOrThrow();
  return count;
}

/**
 * Replaces where the request stands, if no other run continues this one, and if it says something newer. Not after the end of the
 * request. If neither of two runs has named the other, the one that tells something goes on: the other is over, and soon tells nothing
 * more.
 *
 * @returns what changes in the row of the attempt. Undefined if nothing is replaced
 */
export async function stand(
  db: Kysely<Tables>,
  { request, outcome }: { request: string; outcome: string | null },
  { run, revision, stand: given }: Envelope,
  { over }: KnownRun,
): Promise<{ stage: string; attention: string | null } | undefined> {
  if (over || outcome !== null) return undefined;
  const last = await db
    .selectFrom('standings')
    .select(['run', 'revision', 'content', 'failing'])
    .where('request', '=', request)
    .executeTakeFirst();
  if (last?.run === run && last.revision >= revision) return undefined;
  // A handler may tell something beside a step that goes on.
  const goesOn = last?.run === run && given.underWay !== undefined && underWayIn(last.content) === given.underWay;
  const row = {
    run,
    revision,
    written_at: databaseNow,
    content: JSON.stringify(given),
    failing: goesOn ? last.failing : null,
  };
  await db
    .insertInto('standings')
    .values({ request, ...row })
    .onConflict((conflict) => conflict.column('request').doUpdateSet(row))
    .execute();
  return { stage: given.stage, attention: given.attention?.code ?? null };
}

/** What is not readable is replaced anyway. */
function underWayIn(content: string): string | undefined {
  return standSchema.safeParse(jsonOf(content)).data?.underWay;
}

/** @returns whether something changed */
async function noteTry(
  db: Kysely<Tables>,
  request: string,
  run: string,
  failed: Omit<FailedTry, 'since'> | undefined,
): Promise<boolean> {
  const row = await db
    .selectFrom('standings')
    .innerJoin('requests', 'requests.request', 'standings.request')
    .select(['standings.failing', databaseNow.as('now')])
    .where('standings.request', '=', request)
    .where('standings.run', '=', run)
    .where('requests.outcome', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return false;
  const before = failedTrySchema.safeParse(jsonOf(row.failing)).data;
  const since = before !== undefined && before.step === failed?.step ? before.since : timeOf(row.now, 'standings');
  const failing = failed === undefined ? null : written(failedTrySchema, { ...failed, since });
  if (failing === row.failing) return false;
  await db.updateTable('standings').set({ failing }).where('request', '=', request).execute();
  return true;
}
