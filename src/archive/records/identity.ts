import type { Kysely } from 'kysely';
import type { Records } from './records.js';
import type { Tables } from './schema.js';

/** Whose records these are. */
export interface Identity {
  id: string;
  /** Whether the store of files was made. It then has this id too. */
  hasFiles: boolean;
  /** Whether an archive of an earlier form is being imported. */
  importing: boolean;
}

/** The identity of the archive. Undefined if it has none yet. */
export async function readIdentity({ database }: Pick<Records, 'database'>): Promise<Identity | undefined> {
  const row = await database.run((db) =>
    db.selectFrom('archive').select(['id', 'has_files', 'importing']).executeTakeFirst(),
  );
  return row && { id: row.id, hasFiles: row.has_files === 1, importing: row.importing === 1 };
}

/**
 * Gives the archive an id. Of several callers, one does.
 *
 * @param more.importing it may not be used before the import is done
 */
export async function makeIdentity(
  { database, now }: Pick<Records, 'database' | 'now'>,
  id: string,
  { importing = false }: { importing?: boolean } = {},
): Promise<void> {
  await database.run((db) =>
    db
      .insertInto('archive')
      .values({ singleton: 1, id, has_files: 0, importing: importing ? 1 : 0, created_at: now() })
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  );
}

/** Whether an archive of an earlier form is being imported. */
export async function isImporting(db: Kysely<Tables>): Promise<boolean> {
  return (await db.selectFrom('archive').select('importing').executeTakeFirst())?.importing === 1;
}

/** Notes that the import of an archive of an earlier form is done. False if it was before. */
export async function endImport(db: Kysely<Tables>): Promise<boolean> {
  const row = db.updateTable('archive').set({ importing: 0 }).where('importing', '=', 1).returning('id');
  return (await row.executeTakeFirst()) !== undefined;
}

/** Notes that the store of files is made, so that an empty one is not taken for a new one. */
export async function noteFiles({ database }: Pick<Records, 'database'>): Promise<void> {
  await database.run((db) => db.updateTable('archive').set({ has_files: 1 }).execute());
}

/** Tests that the records can be written, and changes nothing. @param patience as in `ArchivePart` */
export async function probe({ database }: Pick<Records, 'database'>, patience?: number): Promise<void> {
  await database.transaction(async (db) => {
    await db
      .updateTable('counters')
      .set((row) => ({ value: row.ref('value') }))
      .where('name', '=', 'probe')
      .execute();
  }, patience);
}

/** Whether any request is recorded. */
export async function hasRequests({ database }: Pick<Records, 'database'>): Promise<boolean> {
  const row = await database.run((db) => db.selectFrom('requests').select('request').limit(1).executeTakeFirst());
  return row !== undefined;
}
