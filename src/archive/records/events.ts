import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Archive } from '../archive.js';
import { checked, parsed } from './content.js';
import { apart, together, writePersonal } from './personal.js';
import { archivedEventSchema } from './record-schemas.js';
import { changed, listed, nextNumber, type Records } from './records.js';

/** Facts that people write. */
const FREE_WORDS = ['reason', 'note', 'words'] as const;

/** Events outside the workflow. */
export function events(records: Records): Pick<Archive, 'appendEvent' | 'events'> {
  return {
    appendEvent: async (key, event) => {
      const { facts, ...more } = checked(archivedEventSchema, event);
      const { rest, words } = facts === undefined ? {} : apart(facts, FREE_WORDS);
      const content = JSON.stringify({ ...more, ...(rest && { facts: rest }) });
      const token = randomUUID();
      await changed(records, key, async (db, request) => {
        const next = await nextNumber(db, request, 'events', token);
        if (next === undefined || next.before) return next;
        const { number } = next;
        await db
          .insertInto('events')
          .values({ request, number, token, at: Date.parse(event.at), content })
          .execute();
        await writePersonal(db, request, `event-${number}`, words);
        return next;
      });
    },

    events: async (key) => {
      const rows = await listed(records, key, (db, request) =>
        db
          .selectFrom('events')
          .leftJoin('personal', (join) =>
            join
              .onRef('personal.request', '=', 'events.request')
              .on(sql<boolean>`personal.what = 'event-' || cast(events.number as text)`),
          )
          .select(['events.content', 'personal.content as words'])
          .where('events.request', '=', request)
          .orderBy('events.at')
          .orderBy('events.number')
          .execute(),
      );
      return rows.map(({ content, words }) => parsed(archivedEventSchema, together(content, words, 'facts'), 'events'));
    },
  };
}
