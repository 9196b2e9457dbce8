import type { Envelope, FailedTry, JournalEntry, Standing } from '../messages/journal.js';
import type { AttemptKey } from './attempt-key.js';

/** What became of an envelope. */
export interface JournalWrite {
  /** The highest number of the run without a gap. */
  upTo: number;
  /** Numbers under which the archive has other events of the same run. They are noted in the journal. Somebody must be told. */
  differs: readonly number[];
}

/** The journal of each request: its numbered events and where it stands. Its errors are those of the archive. */
export interface JournalRecords {
  /**
   * Writes an envelope in one transaction: the events that are not there yet, where the request stands, and what of it belongs into the
   * feed. Writing it again changes nothing. Events after a gap are not written. An older run never changes where the request stands.
   *
   * @param patience milliseconds to repeat it after trouble that passes
   */
  writeJournal(key: AttemptKey, envelope: Envelope, patience?: number): Promise<JournalWrite>;
  /**
   * Notes what a try of a step found: its failure, or undefined when a later try succeeded. The next step of the run forgets it. Nothing
   * changes if another run goes on with the request.
   */
  noteTry(key: AttemptKey, run: string, failed: Omit<FailedTry, 'since'> | undefined): Promise<void>;
  /** Notes that another run goes on with the request. Until that one tells something, the standing is behind. Harmless for an unknown run. */
  noteOver(key: AttemptKey, run: string): Promise<void>;
  /** Where the request stands. Undefined before its first envelope. */
  readStanding(key: AttemptKey): Promise<Standing | undefined>;
  /** How far the events of a run are written, and the number in the journal of one of them, if it is. */
  findEvent(key: AttemptKey, run: string, number: number): Promise<{ upTo: number; event?: number }>;
  /** Entries after a number, in order. @param limit default: all */
  journal(key: AttemptKey, options?: { after?: number; limit?: number }): Promise<JournalEntry[]>;
  /** The number of the first entry that is not as it was written, or missing. Undefined if there is none. */
  brokenEntry(key: AttemptKey): Promise<number | undefined>;
  /**
   * Calls `heard` when the journal or the standing of the request may have changed, until the returned function is called. Calls come
   * within 200 ms, also too often. `heard` must not throw. One look at the database serves all callers of the process.
   */
  follow(key: AttemptKey, heard: () => void): () => void;
  /** How many requests have not ended, and how many of them are in attention, or are one of these. */
  countRunning(others: readonly string[]): Promise<{ running: number; attention: number }>;
}

/** Where a reader of the feed is. It knows the last entry that it has read. */
export interface FeedPosition {
  number: number;
  /**
   * A digest of that entry, and when it was written, milliseconds since 1970. Before the first entry, they are empty and 0. With an empty
   * digest, the number alone counts.
   */
  digest: string;
  writtenAt: number;
}

/** Before the first entry. */
export const FEED_START: FeedPosition = { number: 0, digest: '', writtenAt: 0 };
