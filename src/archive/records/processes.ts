import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { ProcessRecord } from '../../messages/processes.js';
import type { Notices } from '../notices.js';
import { jsonOf, written } from './content.js';
import { processSchema } from './record-schemas.js';
import { databaseNow, type Records } from './records.js';

/** Milliseconds. A process writes its record every minute. After so long without, it has stopped. */
const RUNS_FOR = 180_000;
/** Milliseconds. Then a record is removed. */
const KEPT_FOR = 86_400_000;

const ago = (span: number) => sql<number>`${databaseNow} - ${sql.lit(span)}`;

/** What running processes tell about themselves. Ages count by the database's clock: those of machines may differ. */
export function processes({ database }: Records): Pick<Notices, 'noteProcess' | 'forgetProcess' | 'processes'> {
  return {
    noteProcess: async (process) => {
      const row = { content: written(processSchema, process), seen_at: databaseNow };
      await database.transaction(async (db) => {
        await db
          .insertInto('processes')
          .values({ name: nameOf(process), ...row })
          .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
          .execute();
        await db.deleteFrom('processes').where('seen_at', '<', ago(KEPT_FOR)).execute();
      });
    },

    forgetProcess: async (process) => {
      await database.run((db) => db.deleteFrom('processes').where('name', '=', nameOf(process)).execute());
    },

    processes: async () => {
      const rows = await database.run((db) =>
        db.selectFrom('processes').select('content').where('seen_at', '>=', ago(RUNS_FOR)).orderBy('name').execute(),
      );
      // The record of another release may have another form. It is left out, and nothing depends on it.
      return rows.flatMap(({ content }) => processSchema.safeParse(jsonOf(content)).data ?? []);
    },
  };
}

function nameOf({ kind, host, address }: ProcessRecord): string {
  return `${kind}-${createHash('sha256').update(`${host}\0${address}`).digest('hex').slice(0, 16)}`;
}
