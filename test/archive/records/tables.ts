import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { openDatabase } from '../../../src/archive/records/database/database.js';
import type { Database } from '../../../src/archive/records/database/database.js';
import type { Migrations } from '../../../src/archive/records/database/migrate.js';
import { Secret } from '../../../src/security/secret.js';

/** Tables for tests of the database alone. */
export interface Tables {
  counter: { name: string; value: number };
  entry: { writer: string; number: number; text: string | null };
}

/** Their schema, with a counter at zero. */
export const MIGRATIONS: Migrations = ({ text, integer }) => ({
  '0001-entries': {
    up: async (db) => {
      await db.schema
        .createTable('counter')
        .addColumn('name', text, (column) => column.primaryKey())
        .addColumn('value', integer, (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('entry')
        .addColumn('writer', text, (column) => column.notNull())
        .addColumn('number', integer, (column) => column.notNull())
        .addColumn('text', text)
        .addPrimaryKeyConstraint('entry_once', ['writer', 'number'])
        .execute();
      await db.insertInto('counter').values({ name: 'entries', value: 0 }).execute();
    },
  },
});

/** Where a database is, as another process can be told. */
export type Place = { file: string } | { url: string };

export interface Limits {
  patience?: number;
  statementLimit?: number;
}

export function openAt(place: Place, { patience = 5000, statementLimit = 5000 }: Limits = {}): Database<Tables> {
  return 'file' in place
    ? openDatabase<Tables>({ sqlite: { file: place.file, now: Date.now }, patience })
    : openDatabase<Tables>({ postgres: { url: new Secret(place.url), statementLimit }, patience });
}

const folders: string[] = [];

/** A place for a database that nobody has used yet. */
export function newFile(): { file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'videoid-records-'));
  folders.push(folder);
  return { file: join(folder, 'archive', 'records.sqlite') };
}

export function removeFiles(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
}

/** Adds an entry and counts it. */
export async function addEntry(
  database: Database<Tables>,
  writer: string,
  number: number,
  text: string | null = null,
): Promise<void> {
  await database.transaction(async (trx) => {
    const added = await trx
      .insertInto('entry')
      .values({ writer, number, text })
      .onConflict((conflict) => conflict.doNothing())
      .returning('number')
      .executeTakeFirst();
    // It was added before, and only the answer was lost.
    if (added === undefined) return;
    await trx
      .updateTable('counter')
      .set((row) => ({ value: row('value', '+', 1) }))
      .execute();
  });
}

/** How many entries there are, and what the counter says. */
export async function count(database: Database<Tables>): Promise<{ entries: number; counter: number } | undefined> {
  const counts = sql<{ entries: number; counter: number }>`
    select (select count(*) from entry) as entries, value as counter from counter`;
  return (await database.run((db) => counts.execute(db))).rows[0];
}
