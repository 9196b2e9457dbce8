import { createHash } from 'node:crypto';
import { canonicalJson } from '../../security/canonical-json.js';
import type { AttemptKey } from '../archive.js';
import { jsonOf } from './content.js';
import { listed, type Records } from './records.js';

/** What the digest of an entry covers. Free words are not in it, so that they can be erased. */
interface Chained {
  request: string;
  number: number;
  /** Milliseconds since 1970. */
  at: number;
  run: string | null;
  run_number: number | null;
  /** The event without its free words, as JSON. */
  content: string;
}

/** The digest of an entry of the journal, lower-case hex. @param previous that of the entry before. Null if that has none */
export function digestOf(entry: Chained, previous: string | null): string {
  const { request, number, at, run, run_number: runNumber, content } = entry;
  const chained = { request, number, at, run, runNumber, content: jsonOf(content), previous };
  return createHash('sha256').update(canonicalJson(chained)).digest('hex');
}

/**
 * Checks the chain of a request's journal: that nobody has changed, removed, added or moved an entry since it was written. Entries from
 * before the journal have no digest. They can only be the first ones. Removing the last entries is found by their number.
 *
 * @returns the number of the first entry that is not as it was written, or missing. Undefined if there is none
 * @throws what every method of the archive throws
 */
export async function brokenLink(records: Records, key: AttemptKey): Promise<number | undefined> {
  const rows = await listed(records, key, (db, request) =>
    db
      .selectFrom('requests')
      .leftJoin('events', 'events.request', 'requests.request')
      .select(['requests.request', 'requests.events as count'])
      .select(['events.number', 'events.at', 'events.content', 'events.run', 'events.run_number'])
      .select(['events.previous_digest', 'events.digest'])
      .where('requests.request', '=', request)
      .where('requests.deleted_at', 'is', null)
      .orderBy('events.number')
      .execute(),
  );
  let previous: string | null = null;
  let next = 1;
  for (const row of rows) {
    const { number, at, content } = row;
    if (number === null || at === null || content === null) break;
    if (number !== next || row.previous_digest !== previous) return next;
    const old = row.digest === null && previous === null;
    if (!old && row.digest !== digestOf({ ...row, number, at, content }, previous)) return next;
    previous = row.digest;
    next += 1;
  }
  return next - 1 === (rows[0]?.count ?? 0) ? undefined : next;
}
