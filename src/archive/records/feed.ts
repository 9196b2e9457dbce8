import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { FeedEntry } from '../../messages/feed.js';
import type { FeedPosition } from '../journal.js';
import type { Notices } from '../notices.js';
import { jsonOf, parsed, written } from './content.js';
import { feedEntrySchema } from './record-schemas.js';
import { databaseNow, type Records } from './records.js';
import type { Tables } from './schema.js';

/** Milliseconds. After an older database was restored, a reader gets again what was written so shortly before its last entry. */
const READ_AGAIN = 600_000;

/**
 * Adds entries to the feed that are not there, by their ids. A number is given out under a lock that lasts until the transaction ends. So
 * no reader misses one, and nothing may be locked after it. The caller holds the lock of the request that the entries are about.
 */
export async function appendNews(db: Kysely<Tables>, news: readonly FeedEntry[]): Promise<void> {
  const added = await newOnes(db, news);
  if (added.length === 0) return;
  const { value: last } = await db
    .updateTable('counters')
    .set((row) => ({ value: row('value', '+', added.length) }))
    .where('name', '=', 'feed')
    .returning('value')
    .executeTakeFirstOrThrow();
  for (const [at, entry] of added.entries()) {
    const number = last - added.length + at + 1;
    const content = written(feedEntrySchema, entry);
    await db.insertInto('feed').values({ number, token: entry.id, content, written_at: databaseNow }).execute();
  }
}

async function newOnes(db: Kysely<Tables>, news: readonly FeedEntry[]): Promise<FeedEntry[]> {
  const byId = new Map(news.map((entry) => [entry.id, entry]));
  if (byId.size === 0) return [];
  const there = await db
    .selectFrom('feed')
    .select('token')
    .where('token', 'in', [...byId.keys()])
    .execute();
  for (const { token } of there) byId.delete(token);
  return [...byId.values()];
}

/** The feed across requests. */
export function feed({ database }: Records): Pick<Notices, 'readFeed'> {
  return {
    readFeed: async (position, limit) => {
      const rows = await database.run(async (db) => {
        const page = pageOf(db, limit);
        if (await isThere(db, position)) return await page.where('number', '>', position.number).execute();
        return await page.where('written_at', '>=', position.writtenAt - READ_AGAIN).execute();
      });
      return rows.map((row) => ({
        position: { number: row.number, digest: digestOf(row), writtenAt: row.written_at },
        entry: parsed(feedEntrySchema, jsonOf(row.content), 'feed'),
      }));
    },
  };
}

function pageOf(db: Kysely<Tables>, limit: number) {
  return db.selectFrom('feed').select(['number', 'token', 'content', 'written_at']).orderBy('number').limit(limit);
}

/** Whether the last entry of a reader is still in the feed. Otherwise an older database was restored. One from before the journal has no digest. */
async function isThere(db: Kysely<Tables>, { number, digest }: FeedPosition): Promise<boolean> {
  if (number === 0) return true;
  const row = await pageOf(db, 1).where('number', '=', number).executeTakeFirst();
  return row !== undefined && (digest === '' || digestOf(row) === digest);
}

/** An entry that was lost and written again has another one, because its time differs. So what came before it is not skipped. */
function digestOf({ token, content, written_at: at }: { token: string; content: string; written_at: number }): string {
  return createHash('sha256').update(`${token}\n${at}\n${content}`).digest('hex').slice(0, 16);
}
