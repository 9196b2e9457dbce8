import { randomUUID } from 'node:crypto';
import type { Notices } from '../notices.js';
import { jsonOf, parsed, written } from './content.js';
import { feedEntrySchema } from './record-schemas.js';
import type { Records } from './records.js';

/** The feed across requests. A number is given out under a lock that lasts until the entry is visible, so no reader misses one. */
export function feed({ database }: Records): Pick<Notices, 'appendFeed' | 'readFeed'> {
  return {
    appendFeed: async (entry) => {
      const content = written(feedEntrySchema, entry);
      const token = randomUUID();
      return await database.transaction(async (db) => {
        const { value: number } = await db
          .updateTable('counters')
          .set((row) => ({ value: row('value', '+', 1) }))
          .where('name', '=', 'feed')
          .returning('value')
          .executeTakeFirstOrThrow();
        const before = await db.selectFrom('feed').select('number').where('token', '=', token).executeTakeFirst();
        if (before === undefined) {
          await db.insertInto('feed').values({ number, token, content }).execute();
          return number;
        }
        await db
          .updateTable('counters')
          .set({ value: number - 1 })
          .where('name', '=', 'feed')
          .execute();
        return before.number;
      });
    },

    readFeed: async (after, limit) => {
      const rows = await database.run((db) =>
        db
          .selectFrom('feed')
          .select(['number', 'content'])
          .where('number', '>', after)
          .orderBy('number')
          .limit(limit)
          .execute(),
      );
      return rows.map(({ number, content }) => ({ number, entry: parsed(feedEntrySchema, jsonOf(content), 'feed') }));
    },
  };
}
