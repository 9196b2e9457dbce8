import { randomUUID } from 'node:crypto';
import type { Archive } from '../archive.js';
import { jsonOf, parsed, written } from './content.js';
import { takenCardSchema } from './record-schemas.js';
import { changed, listed, nextNumber, type Records } from './records.js';

/** Scratchcards that were noted for a create. */
export function cards(records: Records): Pick<Archive, 'noteCard' | 'cards'> {
  return {
    noteCard: async (key, card) => {
      const content = written(takenCardSchema, card);
      const token = randomUUID();
      await changed(records, key, async (db, request) => {
        const next = await nextNumber(db, request, 'cards', token);
        if (next === undefined || next.before) return next;
        await db.insertInto('cards').values({ request, number: next.number, token, content }).execute();
        return next;
      });
    },

    cards: async (key) => {
      const rows = await listed(records, key, (db, request) =>
        db.selectFrom('cards').select('content').where('request', '=', request).orderBy('number').execute(),
      );
      return rows.map(({ content }) => parsed(takenCardSchema, jsonOf(content), 'cards'));
    },
  };
}
