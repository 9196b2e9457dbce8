import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from './database/schema-dialect.js';

/** The tables and columns of the journal. */
export async function createJournal(db: Kysely<unknown>, { text, integer }: ColumnTypes): Promise<void> {
  await db.schema.alterTable('events').addColumn('run', text).execute();
  await db.schema.alterTable('events').addColumn('run_number', integer).execute();
  await db.schema.createIndex('events_run_number').on('events').columns(['request', 'run_number']).execute();
  await db.schema
    .createTable('runs')
    .addColumn('request', text, (column) => column.notNull().references('requests.request'))
    .addColumn('run', text, (column) => column.notNull())
    .addColumn('place', integer, (column) => column.notNull())
    .addColumn('up_to', integer, (column) => column.notNull())
    .addColumn('followed', integer, (column) => column.notNull())
    .addColumn('started_at', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('runs_key', ['request', 'run'])
    .execute();
  await db.schema
    .createTable('standings')
    .addColumn('request', text, (column) => column.notNull().references('requests.request'))
    .addColumn('run', text, (column) => column.notNull())
    .addColumn('revision', integer, (column) => column.notNull())
    .addColumn('written_at', integer, (column) => column.notNull())
    .addColumn('content', text, (column) => column.notNull())
    .addColumn('failing', text)
    .addPrimaryKeyConstraint('standings_key', ['request'])
    .execute();
  // Entries from before count as written at the beginning of time: only a reader that is older than the journal knows them.
  await db.schema
    .alterTable('feed')
    .addColumn('written_at', integer, (column) => column.notNull().defaultTo(0))
    .execute();
  await sql`update requests set stage = 'ended' where outcome is not null`.execute(db);
  const sorted = ['created_at', 'request'];
  await db.schema
    .createIndex('requests_stage')
    .on('requests')
    .columns(['stage', ...sorted])
    .execute();
  // Few requests are in attention, and none that has ended.
  for (const [name, columns] of [
    ['requests_attention', sorted],
    ['requests_attention_code', ['attention', ...sorted]],
  ] as const) {
    await db.schema
      .createIndex(name)
      .on('requests')
      .columns([...columns])
      .where(sql.ref('attention'), 'is not', null)
      .execute();
  }
}
