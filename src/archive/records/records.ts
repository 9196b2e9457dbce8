import { type ExpressionBuilder, type Kysely, sql } from 'kysely';
import { VideoIdError } from '../../messages/failures.js';
import type { PersonDigests } from '../../security/person-digests.js';
import type { AttemptKey } from '../archive.js';
import { requestOf } from '../names.js';
import { timeOf } from './content.js';
import type { Database } from './database/database.js';
import type { Tables } from './schema.js';

/** What the queries of a topic need. */
export interface Records {
  database: Database<Tables>;
  /** The clock of the times that people see. See `Archive.now`. */
  now: () => number;
  people: PersonDigests;
  /** For an import: what is written is no news for the feed. */
  quiet?: true;
}

/** The condition that a row of `requests` is that of the attempt, and that it is not deleted. */
export function isRequest(request: string) {
  return (where: ExpressionBuilder<Tables, 'requests'>) =>
    where.and([where('requests.request', '=', request), where('requests.deleted_at', 'is', null)]);
}

/** Reads a row that starts from the attempt's own. If the attempt is not there, the error says so. */
export async function found<Row>(
  records: Records,
  key: AttemptKey,
  read: (db: Kysely<Tables>, request: string) => Promise<Row | undefined>,
): Promise<Row> {
  const request = requestOf(key);
  const row = await records.database.run((db) => read(db, request));
  if (row === undefined) throw await missing(records, request);
  return row;
}

/** Reads several rows of an attempt. If there are none because the attempt is not there, the error says so. */
export async function listed<Row>(
  records: Records,
  key: AttemptKey,
  read: (db: Kysely<Tables>, request: string) => Promise<Row[]>,
): Promise<Row[]> {
  const request = requestOf(key);
  const rows = await records.database.run((db) => read(db, request));
  if (rows.length === 0) await found(records, key, knownIn);
  return rows;
}

/** The row of the attempt, if it is there. */
async function knownIn(db: Kysely<Tables>, request: string): Promise<{ request: string } | undefined> {
  return await db.selectFrom('requests').select('request').where(isRequest(request)).executeTakeFirst();
}

/**
 * Changes an attempt in a transaction.
 *
 * @param change resolves to undefined if the attempt is not there, and changes nothing then
 * @param patience as in `Database.transaction`
 */
export async function changed<Result>(
  records: Records,
  key: AttemptKey,
  change: (transaction: Kysely<Tables>, request: string) => Promise<Result | undefined>,
  patience?: number,
): Promise<Result> {
  const request = requestOf(key);
  const result = await records.database.transaction((transaction) => change(transaction, request), patience);
  if (result === undefined) throw await missing(records, request);
  return result;
}

/** Locks the attempt's row until the end of the transaction. False if it is not there. */
export async function locked(transaction: Kysely<Tables>, request: string): Promise<boolean> {
  const row = await transaction
    .updateTable('requests')
    .set((given) => ({ attempt: given.ref('attempt') }))
    .where(isRequest(request))
    .returning('request')
    .executeTakeFirst();
  return row !== undefined;
}

/** What is numbered for each attempt. */
type Numbered = 'corrections' | 'supplements' | 'cards';

/**
 * The next number, given out under the lock of the attempt's row. Undefined if the attempt is not there. If this writer has written
 * already, and only the answer was lost, it gets the number from then, with `before`.
 */
export async function nextNumber(
  transaction: Kysely<Tables>,
  request: string,
  kind: Numbered,
  token: string,
): Promise<{ number: number; before: boolean } | undefined> {
  const row = transaction.updateTable('requests').where(isRequest(request)).returning(kind);
  const counted = await row.set((given) => ({ [kind]: given(kind, '+', 1) })).executeTakeFirst();
  if (counted === undefined) return undefined;
  const before = await transaction
    .selectFrom(kind)
    .select('number')
    .where('request', '=', request)
    .where('token', '=', token)
    .executeTakeFirst();
  if (before === undefined) return { number: counted[kind], before: false };
  await row.set({ [kind]: counted[kind] - 1 }).execute(); // no number is left out
  return { number: before.number, before: true };
}

/** The failure for an attempt that is not there: it never was, or it was deleted. */
async function missing({ database }: Records, request: string): Promise<VideoIdError> {
  const row = await database.run((db) =>
    db.selectFrom('requests').select(OF_TOMBSTONE).where('request', '=', request).executeTakeFirst(),
  );
  if (row !== undefined && isTombstone(row)) return deletedRequest(row);
  return new VideoIdError('REQUEST_NOT_FOUND', 'The archive has no such request.', {
    field: 'reference',
    remedy: 'Check the reference and the attempt. `videoid list` shows all requests.',
  });
}

/** The columns that say which attempt was deleted. */
export const OF_TOMBSTONE = ['reference', 'attempt', 'deleted_at'] as const;

interface OfTombstone {
  reference: string;
  attempt: number;
  deleted_at: number;
}

export function isTombstone(row: Omit<OfTombstone, 'deleted_at'> & { deleted_at: number | null }): row is OfTombstone {
  return row.deleted_at !== null;
}

/** The failure for a deleted attempt. */
export function deletedRequest({ reference, attempt, deleted_at: at }: OfTombstone): VideoIdError {
  return new VideoIdError('REQUEST_DELETED', `Attempt ${attempt} of the request was deleted from the archive.`, {
    field: 'reference',
    remedy: `Its data and files are gone, and the reference takes no other attempt. \`videoid why ${reference} --attempt ${attempt}\` says who deleted it, and why. Use another reference for another request.`,
    facts: { attempt, deletedAt: timeOf(at, 'requests') },
  });
}

/** The database's own clock. Milliseconds since 1970. */
export const databaseNow = sql<number>`database_now()`;
