import { type Kysely, sql } from 'kysely';
import { VideoIdError } from '../../messages/failures.js';
import type { ArchiveFile, AttemptKey, FileDigest } from '../archive.js';
import { requestOf } from '../names.js';
import { changed, databaseNow, found, isRequest, locked, type Records } from './records.js';
import type { Tables } from './schema.js';

/** Longer than any write takes. Milliseconds. */
export const WRITTEN_WITHIN = 24 * 60 * 60 * 1000;

/** A file's row. */
export interface CurrentFile extends FileDigest {
  /** The key of its object in the store. */
  object: string;
}

type Place = Pick<Tables['files'], 'kind' | 'number'>;

function placeOf(file: ArchiveFile): Place {
  return { kind: file.kind, number: 'index' in file ? file.index : 0 };
}

const later = (span: number) => sql<number>`${databaseNow} + ${sql.lit(span)}`;

/** The current file. Undefined if none was stored. @throws REQUEST_NOT_FOUND */
export async function currentFile(
  records: Records,
  key: AttemptKey,
  file: ArchiveFile,
): Promise<CurrentFile | undefined> {
  const { kind, number } = placeOf(file);
  const { object, size, sha256 } = await found(records, key, (db, request) =>
    db
      .selectFrom('requests')
      .leftJoin('files', (join) =>
        join
          .onRef('files.request', '=', 'requests.request')
          .on('files.kind', '=', kind)
          .on('files.number', '=', number),
      )
      .select(['files.object', 'files.size', 'files.sha256'])
      .where(isRequest(request))
      .executeTakeFirst(),
  );
  return object === null || size === null || sha256 === null ? undefined : { object, size, sha256 };
}

/**
 * Adds a row that announces an object, before its first byte is written.
 *
 * @param key absent for a start that is not committed
 */
export async function announce(records: Records, object: string, file: ArchiveFile, key?: AttemptKey): Promise<void> {
  const row = {
    object,
    request: key === undefined ? null : requestOf(key),
    ...placeOf(file),
    state: 'writing' as const,
    expires_at: later(WRITTEN_WITHIN),
  };
  await records.database.run((db) =>
    db
      .insertInto('objects')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  );
}

/**
 * Makes a written object the current file. The one before it is kept for a while.
 *
 * @param more.replace false: a file that is there stays
 * @param more.keepFor how long the one before it stays in the store, in milliseconds
 * @returns whether it is the current file now
 * @throws REQUEST_NOT_FOUND, ARCHIVE_UNAVAILABLE if the write took so long that the object was swept
 */
export async function makeCurrent(
  records: Records,
  key: AttemptKey,
  file: ArchiveFile,
  written: CurrentFile,
  { replace, keepFor }: { replace: boolean; keepFor: number },
): Promise<boolean> {
  const place = placeOf(file);
  return await changed(records, key, async (db, request) => {
    if (!(await locked(db, request))) return undefined;
    const before = await fileIn(db, request, place);
    if (before?.object === written.object) return true; // done already, and only the answer was lost
    if (before !== undefined && !replace) return false;
    await settle(db, written.object);
    if (before !== undefined) await retire(db, { object: before.object, request, ...place }, keepFor);
    await insertFile(db, request, place, written);
    return true;
  });
}

/** Adds the row of a file. */
async function insertFile(
  db: Kysely<Tables>,
  request: string,
  place: Place,
  { object, size, sha256 }: CurrentFile,
): Promise<void> {
  await db
    .insertInto('files')
    .values({ request, ...place, object, size, sha256, stored_at: databaseNow })
    .execute();
}

/** Adds a document of an attempt whose row is being added. @throws ARCHIVE_UNAVAILABLE as `makeCurrent` */
export async function insertDocument(
  db: Kysely<Tables>,
  request: string,
  index: number,
  written: CurrentFile,
): Promise<void> {
  await settle(db, written.object);
  await insertFile(db, request, { kind: 'document', number: index }, written);
}

/**
 * Removes a file. Its object is kept for a while. Harmless if there is none. If the answer of the database was lost and this runs again, a
 * file that was stored meanwhile stays.
 *
 * @throws REQUEST_NOT_FOUND
 */
export async function removeCurrent(
  records: Records,
  key: AttemptKey,
  file: ArchiveFile,
  keepFor: number,
): Promise<void> {
  const place = placeOf(file);
  const meant = await currentFile(records, key, file);
  if (meant === undefined) return;
  await changed(records, key, async (db, request) => {
    if (!(await locked(db, request))) return undefined;
    const { object } = (await fileIn(db, request, place)) ?? {};
    if (object === meant.object) await retire(db, { object, request, ...place }, keepFor);
    return true;
  });
}

/**
 * Gives up an announced object, so that it may be removed. False if it is a current file, or if a sweeper has claimed it.
 *
 * @param after when the sweeper may remove it, in milliseconds from now
 */
export async function giveUp({ database }: Records, object: string, after = 0): Promise<boolean> {
  const row = await database.run((db) =>
    db
      .updateTable('objects')
      .set({ state: 'discarded', expires_at: later(after) })
      .where('object', '=', object)
      .where('state', 'in', ['writing', 'discarded'])
      .returning('object')
      .executeTakeFirst(),
  );
  return row !== undefined;
}

/** Forgets an object that was removed from the store. */
export async function forget({ database }: Records, object: string): Promise<void> {
  await database.run((db) =>
    db.deleteFrom('objects').where('object', '=', object).where('state', 'in', ['discarded', 'deleting']).execute(),
  );
}

async function fileIn(db: Kysely<Tables>, request: string, { kind, number }: Place): Promise<CurrentFile | undefined> {
  return await db
    .selectFrom('files')
    .select(['object', 'size', 'sha256'])
    .where('request', '=', request)
    .where('kind', '=', kind)
    .where('number', '=', number)
    .executeTakeFirst();
}

/** Removes the row that announces an object, because it becomes a current file. */
async function settle(db: Kysely<Tables>, object: string): Promise<void> {
  const row = await db
    .deleteFrom('objects')
    .where('object', '=', object)
    .where('state', '=', 'writing')
    .returning('object')
    .executeTakeFirst();
  if (row !== undefined) return;
  throw new VideoIdError('ARCHIVE_UNAVAILABLE', 'Writing a file took more than a day, so it was given up.', {
    field: 'archive',
    remedy: 'Try again. If it happens often, find out why the store of files is so slow.',
    facts: { reason: 'write took too long' },
  });
}

async function retire(
  db: Kysely<Tables>,
  { object, request, kind, number }: Place & { object: string; request: string },
  keepFor: number,
): Promise<void> {
  await db.deleteFrom('files').where('object', '=', object).execute();
  await db
    .insertInto('objects')
    .values({ object, request, kind, number, state: 'replaced', expires_at: later(keepFor) })
    .execute();
}
