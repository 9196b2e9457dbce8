import { createHash } from 'node:crypto';
import type { Archive } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import type { FailedTry, JournalEntry } from '../../messages/journal.js';
import type { PresentStatus } from '../../messages/status.js';
import { presentStatus, recordedStatus } from '../running/access.js';

/** What those who follow a request are told. */
export type Change =
  /** An entry of the journal. Each comes once, in the order of its number. */
  | { entry: JournalEntry }
  /** Where the request stands, when all entries so far are told. */
  | { status: PresentStatus }
  /** An older database was restored, so the numbers that the caller knows say nothing. All entries come again, from the first. */
  | { reset: true };

/** Changes that belong together. Who knows the same gets the same array, so that it is made into text once. */
export type Changes = readonly Change[];

/** The last entry that a caller knows. */
export interface Known {
  /** Its number. */
  after?: number | undefined;
  /** See `markOf`. */
  mark?: string | undefined;
}

/** Tells an entry from another one that has its number after an older database was restored. Eight hexadecimal digits. */
export function markOf({ at, what, run = '' }: JournalEntry): string {
  return createHash('sha256')
    .update(JSON.stringify([at, what, run]))
    .digest('hex')
    .slice(0, 8);
}

/** Where one caller is. */
export interface Position {
  /** The number of the last entry that it was told. */
  number: number;
  /** The last version of the status that it was told. */
  version: number;
  /** Counts the journals: a restored database has another one. */
  journal: number;
}

/** A status as this process shows it. */
export type Shown = (record: RequestRecord, status: PresentStatus, failed: FailedTry | undefined) => PresentStatus;

/** The newest that was read. */
interface Seen extends Position {
  change: { status: PresentStatus };
  /** The status as text, without what changes with each write. */
  text: string;
  ended: boolean;
  last: JournalEntry | undefined;
}

/** So many entries are kept for those who are a little behind. Who is further behind reads the archive. */
const KEPT = 200;
/** So many are read from the archive at once. */
const PAGE = 500;

/**
 * One request, followed for all callers of this process. Each change is read once. Nothing is kept for a caller but its position, so one
 * that takes nothing costs nothing.
 */
export class Followed {
  callers = 0;
  /** Called after each change. */
  readonly waiting = new Set<() => void>();
  readonly #archive: Archive;
  readonly #record: RequestRecord;
  readonly #shown: Shown;
  readonly #stop: () => void;
  #failure: { error: unknown } | undefined;
  #seen: Seen | undefined;
  /** The newest entries, without a gap. */
  #entries: { entry: JournalEntry }[] = [];
  /** For those who knew everything before. */
  #latest: { from: Position; changes: Changes } | undefined;
  #stale = true;
  #looking = false;
  /** Those who wait for a look that begins after they asked. */
  #asked: (() => void)[] = [];

  constructor(archive: Archive, record: RequestRecord, shown: Shown) {
    this.#archive = archive;
    this.#record = record;
    this.#shown = shown;
    this.#stop = archive.follow(record, () => this.#heard());
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  close(): void {
    this.#stop();
  }

  /** Where a caller begins. Without the last entry that it knows: it knows all of them, but not the status */
  async begin({ after, mark }: Known): Promise<Position> {
    if (this.#seen === undefined || (after ?? 0) > this.#seen.number) await this.#fresh();
    const { number, version, journal } = this.#present();
    if (after === undefined) return { number, version: version - 1, journal };
    const isOther = after > number || (mark !== undefined && !(await this.#has(after, mark)));
    return { number: after, version: -1, journal: isOther ? journal - 1 : journal };
  }

  async #has(number: number, mark: string): Promise<boolean> {
    const [entry] = await this.#archive.journal(this.#record, { after: number - 1, limit: 1 });
    return entry !== undefined && markOf(entry) === mark;
  }

  /** What a caller does not know yet, at most a page of it. Moves its position. @throws what the archive threw */
  async next(at: Position): Promise<Changes> {
    const seen = this.#present();
    if (at.journal !== seen.journal) {
      Object.assign(at, { journal: seen.journal, number: 0, version: -1 });
      return [{ reset: true }];
    }
    const { number, version, change } = seen;
    if (at.number >= number && at.version === version) return [];
    const latest = this.#latest;
    if (latest?.from.number === at.number && latest.from.version === at.version) {
      Object.assign(at, { number, version });
      return latest.changes;
    }
    const entries = at.number < number ? await this.#after(at.number, number) : [];
    at.number = entries.at(-1)?.entry.number ?? at.number;
    if (at.number < number || at.version === version) return entries;
    at.version = version;
    return [...entries, change];
  }

  /** Whether a caller was told the end, and everything before it. */
  isOver(at: Position): boolean {
    const { ended, number, version, journal } = this.#present();
    return ended && at.journal === journal && at.number >= number && at.version === version;
  }

  #present(): Seen {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#seen === undefined) throw new Error('The request was not read yet.');
    return this.#seen;
  }

  async #after(number: number, upTo: number): Promise<{ entry: JournalEntry }[]> {
    const [first] = this.#entries;
    if (first !== undefined && first.entry.number <= number + 1)
      return this.#entries.filter(({ entry }) => entry.number > number && entry.number <= upTo);
    const entries = await this.#archive.journal(this.#record, { after: number, limit: PAGE });
    return entries.filter((entry) => entry.number <= upTo).map((entry) => ({ entry }));
  }

  async #fresh(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#asked.push(resolve);
    this.#heard();
    await promise;
  }

  #heard(): void {
    this.#stale = true;
    if (!this.#looking) void this.#look();
  }

  /** Looks until nothing new was heard meanwhile. */
  async #look(): Promise<void> {
    this.#looking = true;
    let asked: (() => void)[] = [];
    try {
      while (this.#stale && this.#failure === undefined) {
        this.#stale = false;
        asked = this.#asked.splice(0);
        await this.#read();
        for (const answer of asked.splice(0)) answer();
      }
    } catch (error) {
      this.#failure = { error };
      this.#stop();
      this.#wake();
    } finally {
      this.#looking = false;
      for (const answer of [...asked, ...(this.#failure === undefined ? [] : this.#asked.splice(0))]) answer();
    }
  }

  #wake(): void {
    for (const wake of this.waiting) wake();
  }

  /** Reads what is new. The outcome first: what is read after it is at least as new. */
  async #read(): Promise<void> {
    const [archive, record, before] = [this.#archive, this.#record, this.#seen];
    const outcome = await archive.readOutcome(record);
    const standing = await archive.readStanding(record);
    // The last known one is read again. If it is another now, so is the journal.
    const known = before?.number ?? standing?.event ?? 0;
    let entries = await archive.journal(record, { after: Math.max(known - 1, 0) });
    const isOther = before?.last !== undefined && JSON.stringify(entries[0]) !== JSON.stringify(before.last);
    if (isOther) entries = await archive.journal(record);
    const last = entries.at(-1);
    const number = last?.number ?? 0;
    const status =
      outcome === undefined
        ? this.#shown(record, presentStatus(record, standing, number), standing?.failing)
        : withoutEvents((await recordedStatus(archive, record)).status);
    const { asOf: _asOf, event: _event, ...lasting } = status;
    const text = JSON.stringify(lasting);
    const isNews = before === undefined || isOther || text !== before.text;
    const version = (before?.version ?? 0) + (isNews ? 1 : 0);
    const journal = (before?.journal ?? 0) + (isOther ? 1 : 0);
    const change = { status }; // one who comes now gets this one
    this.#seen = { number, version, journal, change, text, ended: outcome !== undefined, last };
    const news = entries.flatMap((entry) => (entry.number > (before?.number ?? 0) ? [{ entry }] : []));
    this.#entries = isOther ? [] : [...this.#entries, ...(before === undefined ? [] : news)].slice(-KEPT);
    const changes = [...news, ...(isNews ? [change] : [])];
    if (before === undefined || changes.length === 0) return;
    this.#latest = isOther ? undefined : { from: before, changes };
    this.#wake();
  }
}

function withoutEvents<Status extends { events: unknown }>({
  events: _events,
  ...status
}: Status): Omit<Status, 'events'> {
  return status;
}
