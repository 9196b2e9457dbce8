import type { Kysely } from 'kysely';
import { JOURNAL_DIFFERS } from '../../messages/feed.js';
import type { Envelope } from '../../messages/journal.js';
import type { RequestEvent } from '../../messages/status.js';
import { canonicalJson } from '../../security/canonical-json.js';
import type { AttemptKey } from '../archive.js';
import type { JournalRecords } from '../journal.js';
import { requestOf } from '../names.js';
import { brokenLink } from './chain.js';
import { checked, jsonOf, parsed } from './content.js';
import { columnsOf, JournalWriter } from './entries.js';
import { type EventRow, eventRows } from './events.js';
import { envelopeSchema, journalEntrySchema } from './journal-schemas.js';
import { together } from './personal.js';
import { changed, found, isRequest, listed, type Records } from './records.js';
import { type KnownRun, noteUpTo, registerRun } from './runs.js';
import type { Tables } from './schema.js';
import { stand } from './standing.js';

type Part = 'writeJournal' | 'journal' | 'brokenEntry' | 'findEvent';

/** The journal of each request. */
export function journal(records: Records): Pick<JournalRecords, Part> {
  return {
    writeJournal: async (key, given, patience) => {
      const envelope = checked(envelopeSchema, given);
      const before = await writtenBefore(records, key, envelope, patience);
      if (before !== undefined) return { upTo: before, differs: [] };
      return await changed(
        records,
        key,
        async (db, request) => {
          const writer = await JournalWriter.of(records, db, request);
          return writer && (await write(records, db, writer, envelope));
        },
        patience,
      );
    },

    journal: async (key, { after = 0, limit } = {}) => {
      const rows = await listed(records, key, (db, request) => eventRows(db, request, { after, limit }));
      return rows.map(({ number, content, words, run }) => {
        const event = together(content, words, 'facts');
        return parsed(journalEntrySchema, { ...objectIn(event), number, ...(run !== null && { run }) }, 'events');
      });
    },

    brokenEntry: async (key) => await brokenLink(records, key),

    findEvent: async (key, run, number) => {
      const { upTo } = await found(records, key, (db, request) =>
        db
          .selectFrom('requests')
          .leftJoin('runs', (join) => join.onRef('runs.request', '=', 'requests.request').on('runs.run', '=', run))
          .select('runs.up_to as upTo')
          .where(isRequest(request))
          .executeTakeFirst(),
      );
      if (upTo === null || upTo < number) return { upTo: upTo ?? 0 };
      const rows = await listed(records, key, (db, request) =>
        db
          .selectFrom('events')
          .select(['number', 'run'])
          .where('request', '=', request)
          .where('run_number', '=', number)
          .orderBy('number')
          .execute(),
      );
      // After a reset, the events up to there are those of an earlier run.
      const event = (rows.find((row) => row.run === run) ?? rows.at(-1))?.number;
      return { upTo, ...(event !== undefined && { event }) };
    },
  };
}

/** A step is tried again with the same envelope, perhaps for weeks. @returns undefined if it is not written, or differs */
async function writtenBefore(
  { database }: Records,
  key: AttemptKey,
  { run, revision, after, events }: Envelope,
  patience: number | undefined,
): Promise<number | undefined> {
  const request = requestOf(key);
  return await database.run(async (db) => {
    const row = await db
      .selectFrom('requests')
      .innerJoin('standings', 'standings.request', 'requests.request')
      .innerJoin('runs', (join) => join.onRef('runs.request', '=', 'requests.request').on('runs.run', '=', run))
      .select(['standings.run', 'standings.revision', 'runs.up_to as upTo'])
      .where(isRequest(request))
      .executeTakeFirst();
    if (row === undefined || row.run !== run || row.revision < revision) return undefined;
    if (row.upTo < after + events.length) return undefined;
    if (events.length === 0) return row.upTo;
    const there = await eventRows(db, request, { ofRuns: [after + 1, after + events.length] });
    const same = events.every(({ number, ...event }) =>
      there.some((each) => each.run === run && each.run_number === number && isSame(each, event)),
    );
    return same ? row.upTo : undefined;
  }, patience);
}

async function write(
  records: Records,
  db: Kysely<Tables>,
  writer: JournalWriter,
  envelope: Envelope,
): Promise<{ upTo: number; differs: number[] }> {
  const { request } = writer.request;
  const known = await registerRun(db, request, envelope);
  const { upTo, differs, added } = await writeEvents(records, db, { writer, known, envelope });
  const stands = await stand(db, writer.request, envelope, known);
  if (added > 0 || stands !== undefined) await writer.end(stands);
  return { upTo, differs };
}

/** Writes the events that are not there, and compares the others with what is there. */
async function writeEvents(
  records: Records,
  db: Kysely<Tables>,
  { writer, known, envelope }: { writer: JournalWriter; known: KnownRun; envelope: Envelope },
): Promise<{ upTo: number; differs: number[]; added: number }> {
  const { run, events } = envelope;
  const { request } = writer.request;
  const [first, last] = [events[0]?.number ?? 0, events.at(-1)?.number ?? 0];
  let { upTo } = known;
  if (events.length === 0 || first > upTo + 1) return { upTo, differs: [], added: 0 };
  const areNew = known.only && first > upTo;
  const there = areNew ? [] : await eventRows(db, request, { ofRuns: [first, last] });
  const differs: number[] = [];
  let added = 0;
  for (const { number, ...event } of events) {
    const here = there.filter((each) => each.run_number === number);
    const own = here.find((each) => each.run === run);
    const same = (own === undefined ? here : [own]).some((each) => isSame(each, event));
    if (number <= upTo && !same) differs.push(number);
    if (number <= upTo) continue;
    if (!same) {
      await writer.add({ token: `run/${run}/${number}`, event, run: { run, number } });
      added += 1;
    }
    upTo = number;
  }
  if (upTo !== known.upTo) await noteUpTo(db, request, run, upTo);
  for (const number of differs) added += (await noteDifference(records, writer, run, number)) ? 1 : 0;
  return { upTo, differs, added };
}

/** Whether the archive has this event. Free words that were erased are not compared. */
function isSame(there: EventRow, event: RequestEvent): boolean {
  const { content, words } = columnsOf(event);
  if (canonicalJson(jsonOf(there.content)) !== content) return false;
  return there.words === null || canonicalJson(jsonOf(there.words)) === canonicalJson(jsonOf(words));
}

/** An alarm: somebody has changed the archive, or the run told something else under the same number. */
async function noteDifference({ now }: Records, writer: JournalWriter, run: string, number: number): Promise<boolean> {
  const at = new Date(now()).toISOString();
  const event = { at, what: JOURNAL_DIFFERS, facts: { run, event: number } };
  return await writer.addOnce({ token: `${JOURNAL_DIFFERS}/${run}/${number}`, event });
}

function objectIn(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
