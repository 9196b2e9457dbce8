import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Archive } from '../archive.js';
import { checked, parsed } from './content.js';
import { JournalWriter } from './entries.js';
import { together } from './personal.js';
import { archivedEventSchema } from './record-schemas.js';
import { changed, listed, type Records } from './records.js';
import type { Tables } from './schema.js';

/** Events outside the workflow. */
export function events(records: Records): Pick<Archive, 'appendEvent' | 'events'> {
  return {
    appendEvent: async (key, given, once) => {
      const event = checked(archivedEventSchema, given);
      const token = once === undefined ? randomUUID() : onceToken(once);
      await changed(records, key, async (db, request) => {
        const journal = await JournalWriter.of(records, db, request);
        if (journal === undefined) return undefined;
        // If the answer of an earlier try was lost, the event is there.
        if (await journal.addOnce({ token, event })) await journal.end();
        return true;
      });
    },

    events: async (key) => {
      const rows = await listed(records, key, (db, request) => eventRows(db, request, { outside: true }));
      const inOrder = rows.toSorted((one, other) => one.at - other.at);
      return inOrder.map(({ content, words }) =>
        parsed(archivedEventSchema, together(content, words, 'facts'), 'events'),
      );
    },
  };
}

/** The token of an event that is written once, by its name. */
export function onceToken(name: string): string {
  return `once/${name}`;
}

/** An event in its columns, with its free words. */
export interface EventRow {
  number: number;
  at: number;
  content: string;
  run: string | null;
  run_number: number | null;
  words: string | null;
}

/** Which events of an attempt. */
interface Wanted {
  /** Those with a higher number. */
  after?: number;
  limit?: number | undefined;
  /** Those outside the workflow. */
  outside?: true;
  /** Those of all runs with these numbers there, the first and the last. */
  ofRuns?: readonly [number, number];
}

/** Events of an attempt, in the order of their numbers. */
export async function eventRows(
  db: Kysely<Tables>,
  request: string,
  { after = 0, limit, outside, ofRuns }: Wanted,
): Promise<EventRow[]> {
  return await db
    .selectFrom('events')
    .leftJoin('personal', (join) =>
      join
        .onRef('personal.request', '=', 'events.request')
        .on(sql<boolean>`personal.what = 'event-' || cast(events.number as text)`),
    )
    .select(['events.number', 'events.at', 'events.content', 'events.run', 'events.run_number'])
    .select('personal.content as words')
    .where('events.request', '=', request)
    .$if(after > 0, (query) => query.where('events.number', '>', after))
    .$if(outside === true, (query) => query.where('events.run', 'is', null))
    .$if(ofRuns !== undefined, (query) =>
      query.where('events.run_number', '>=', ofRuns?.[0] ?? 0).where('events.run_number', '<=', ofRuns?.[1] ?? 0),
    )
    .$if(limit !== undefined, (query) => query.limit(limit ?? 0))
    .orderBy('events.number')
    .execute();
}
