import type { Readable } from 'node:stream';
import type { Deletion, Tombstone } from '../messages/deletion.js';
import type { FailureView } from '../messages/failures.js';
import type { Actor, Outcome } from '../messages/outcome.js';
import type { KeptCall } from '../messages/own-calls.js';
import type { Flow, RequestKey, RequestPk, VideoidPk } from '../messages/request.js';
import type { IdentityFields } from '../messages/request-fields.js';
import type { Sealed } from '../messages/steering.js';
import type { TemporalPlace } from '../messages/temporal-place.js';
import type { AttemptKey } from './attempt-key.js';
import type { JournalRecords } from './journal.js';
import type { Notices } from './notices.js';
import type { ListedDeletion, ListedRequest, ListPosition, RequestFilter } from './request-list.js';
import type { RequestRecord } from './request-record.js';

export type { AttemptKey };

/** A file of one attempt that the archive itself writes after the start. */
export type StorableFile =
  | { kind: 'signed'; /** The document's index, 1 to 10. */ index: number }
  /** The contract as it was shown to the signer. */
  | { kind: 'contract' }
  /** The RAO declaration of an enrolment, as it was shown to the officer. */
  | { kind: 'declaration' }
  /** An evidence document that was provided after the start, numbered 1, 2, …. */
  | { kind: 'supplied'; index: number }
  /** The contract that was fetched after signing. */
  | { kind: 'signed-contract' };

/** A file of one attempt. Documents come with the start, evidence with `writeEvidence`. */
export type ArchiveFile = StorableFile | { kind: 'document'; index: number } | { kind: 'evidence' };

/** A file and where it lies. */
export interface FilePlace {
  /** For people: a path, or `s3://bucket/key`. */
  location: string;
  /** Bytes. */
  size: number;
}

export interface FileDigest {
  /** Bytes. */
  size: number;
  /** Lower-case hex. */
  sha256: string;
}

/** A file that is opened for reading. */
export interface OpenFile extends FileDigest {
  stream: Readable;
}

/** The documents of a request at the provider. */
export interface Uploads {
  requestPk: RequestPk;
  documents: { index: number; uid: string; size: number; sha256: string }[];
}

/** A certificate as the provider lists it. */
export interface Certificate {
  serialNumber: string;
  /** As the provider writes them. */
  validFrom?: string;
  validTo?: string;
}

/** What the provider gave for an attempt. */
export interface ProviderData {
  requestPk: RequestPk;
  /** Absent if an enrolment's reads do not show it. */
  videoidPk?: VideoidPk;
  /** Where the signer does the video identification. Its holder can act as the signer. Absent if an operator adopted ids without it. */
  videoidLink?: string;
  /** The serial number of an enrolment's card. */
  scratchcard?: string;
  /** The issued certificates of an enrolment. */
  certificates?: Certificate[];
  /** Which create made it: 1, 2, … for each new video request. Absent if an operator adopted it. */
  round?: number;
}

/** Data that was provided later for an enrolment. */
export interface Supplement {
  fields: Record<string, string>;
  /** Evidence documents among the files `supplied`. */
  documents: { /** Number of the file, 1, 2, …. */ file: number; name: string; size: number; sha256: string }[];
}

/** A scratchcard that was noted for a create, before the create is known to have succeeded. */
export interface TakenCard {
  /** The create that it was noted for. */
  round: number;
  sn: string;
  /** Its sealed secrets. Absent if they are dropped. */
  secrets?: Sealed;
}

/** Corrected data of the signer: e-mail and phone before the video is finished, identity after it. */
export interface Correction {
  email?: string;
  phone?: string;
  fields?: IdentityFields;
}

/** The first order with a caller's idempotency key. No other order may use the key. */
export interface BoundOrder {
  /** `cancel`, `sign`, … */
  verb: string;
  /** The key that made the fingerprint, so that keys can change. */
  keyId: string;
  /** Keyed fingerprint of what was ordered, lower-case hex. */
  fingerprint: string;
  /** When it was bound, ISO 8601, UTC. */
  at: string;
  /** The number of its correction or supplement. */
  number?: number;
  /** The final answer. */
  settled?: { answer?: unknown } | { failure: FailureView };
}

/** The workflow that a provider's request belongs to. */
export interface IndexEntry {
  workflowId: string;
  flow: Flow;
  reference: string;
  attempt: number;
}

/** An event outside the workflow: the link or the documents were shown, the end was recorded. */
export interface ArchivedEvent {
  /** ISO 8601, UTC. */
  at: string;
  /** A stable word: `link-shown`, `documents-shown`, `ended`, … */
  what: string;
  actor?: Actor;
  /** Where: `web`, `cli`, … */
  channel?: string;
  /** Ids, hashes, counts; no personal data. */
  facts?: Record<string, string | number | boolean>;
}

/** What a document must be like. */
export interface DocumentRules {
  /** Bytes, 25 MB by default. The caller sees to it that no more come. */
  maximumBytes?: number;
  /** Looks at a temporary copy of the document, before it is stored. Its errors are passed on. */
  check?: (path: string) => Promise<void>;
}

/** A start in progress. It is not visible until it is committed. */
export interface Incoming {
  /**
   * Adds one document. The first has index 1, and so on. It is copied to this machine and checked, then stored as an object and read
   * back. After a failure, only `discard` may be called.
   *
   * @param source a stream, or the path of a regular file. An error of the stream itself is passed on unchanged.
   * @throws BAD_DOCUMENT_NAME, DUPLICATE_DOCUMENT_NAME, DOCUMENT_NOT_FOUND (path), ARCHIVE_FULL, ARCHIVE_UNAVAILABLE, and
   *   what `rules.check` throws
   */
  addDocument(document: { name: string }, source: Readable | string, rules?: DocumentRules): Promise<FileDigest>;
  /** Reads a document again that was added, checked. The stream must be read or destroyed. @param index 1, 2, … */
  open(index: number): Promise<Readable>;
  /**
   * Makes the complete attempt visible, at most once: of several commits of one attempt, exactly one returns `created`. The
   * start is finished after either answer. After `exists`, its documents cannot be reached. They are removed now, or by a sweep.
   *
   * @throws BAD_REFERENCE, BAD_INPUT (the record does not describe the documents added), REQUEST_DELETED (another attempt of the reference
   *   is deleted), ARCHIVE_FULL, ARCHIVE_UNAVAILABLE
   */
  commit(record: RequestRecord): Promise<'created' | 'exists'>;
  /** Gives the start up. Its documents are removed now, or by a sweep. Harmless after `commit`. */
  discard(): Promise<void>;
}

/** The database, or the store of files. */
export interface ArchivePart {
  /** The setting that says where it is. */
  readonly field: string;
  /**
   * Writes to it and reads that back.
   *
   * @param patience how long it is repeated after trouble that passes, milliseconds. A store of files ignores it
   * @throws ARCHIVE_UNAVAILABLE, ARCHIVE_FULL
   */
  assertUsable(patience?: number): Promise<void>;
}

/**
 * The records and files of all requests. It decides which references are taken. All processes of an installation share it, and may call
 * any method at once. What a method reports as done survives a crash.
 *
 * All methods throw ARCHIVE_UNAVAILABLE if the archive cannot be read or written, ARCHIVE_FULL if there is no space, BAD_REFERENCE
 * and BAD_INPUT for names that the archive does not take, REQUEST_NOT_FOUND for an unknown attempt, and REQUEST_DELETED for a deleted one.
 */
export interface Archive extends JournalRecords {
  /** Made with the archive. Every request carries it. */
  readonly id: string;
  /** For people: where it is. No secret. */
  readonly place: string;
  /** The feed, and which Optimizers are out of reach. */
  readonly notices: Notices;
  /** @throws ARCHIVE_NOT_SHARED if the request is in another archive */
  assertArchive(key: Pick<RequestKey, 'archiveId'>): void;

  /** The clock of all its times, milliseconds since 1970. The clocks of machines may differ, so ages are by this one. */
  now(): number;
  /** The same, ISO 8601, for a record. */
  time(): string;

  begin(): Promise<Incoming>;
  readRequest(key: AttemptKey): Promise<RequestRecord>;
  /** The highest attempt of the reference. 0 if there is none. */
  latestAttempt(flow: Flow, reference: string): Promise<number>;
  /**
   * Records in which Temporal an attempt runs, before it is started there. Of several callers, one records it.
   *
   * @returns the recorded place, which may be an earlier one
   */
  claimPlace(key: AttemptKey, place: TemporalPlace): Promise<TemporalPlace>;
  /** Undefined if the attempt was never started, or by a release that did not record it. */
  readPlace(key: AttemptKey): Promise<TemporalPlace | undefined>;
  /** Replaces the recorded place. */
  movePlace(key: AttemptKey, place: TemporalPlace): Promise<void>;
  /** The requests that fit, the newest first, at most `limit` after the position. A deleted one is in no list. */
  list(filter: RequestFilter, page: { after?: ListPosition | undefined; limit: number }): Promise<ListedRequest[]>;
  /** The deleted attempts, the last deletion first, at most `limit` after the position. */
  listDeleted(
    filter: Pick<RequestFilter, 'flow'>,
    page: { after?: ListPosition | undefined; limit: number },
  ): Promise<ListedDeletion[]>;
  /** Every reference with at least one attempt, sorted. */
  listReferences(flow: Flow): Promise<string[]>;

  /** Adds a correction. Returns its number, 1, 2, …. */
  addCorrection(key: AttemptKey, correction: Correction): Promise<number>;
  /** Removes a refused correction. Harmless if there is none. */
  dropCorrection(key: AttemptKey, number: number): Promise<void>;
  readCorrection(key: AttemptKey, number: number): Promise<Correction | undefined>;
  /** The signer's e-mail and phone, with all corrections, or those up to `number`. */
  readSigner(key: AttemptKey, number?: number): Promise<{ email: string; phone: string }>;

  /** Adds data that was provided later. Returns its number, 1, 2, …. */
  addSupplement(key: AttemptKey, supplement: Supplement): Promise<number>;
  /** All supplements, in the order of their numbers. */
  supplements(key: AttemptKey): Promise<Supplement[]>;

  /** Notes a scratchcard before it is used, so that a crash loses neither card nor request. */
  noteCard(key: AttemptKey, card: TakenCard): Promise<void>;
  /** The cards noted so far, the newest last. */
  cards(key: AttemptKey): Promise<TakenCard[]>;

  /** Stores a sealed value by name, or replaces it. Only the holder of the seal key can read it. */
  writeSealed(key: AttemptKey, name: string, sealed: Sealed): Promise<void>;
  readSealed(key: AttemptKey, name: string): Promise<Sealed | undefined>;

  /**
   * Binds an idempotency key to an order. Of several callers, one binds it.
   *
   * @param name digest of the key
   * @returns the order that the key is bound to, which may be an earlier one
   */
  bindOrder(key: AttemptKey, name: string, order: BoundOrder): Promise<BoundOrder>;
  readOrder(key: AttemptKey, name: string): Promise<BoundOrder | undefined>;
  /** Replaces a bound order. */
  noteOrder(key: AttemptKey, name: string, order: BoundOrder): Promise<void>;

  /** Replaces the provider's data. Calling it twice is harmless. */
  writeProvider(key: AttemptKey, provider: ProviderData): Promise<void>;
  readProvider(key: AttemptKey): Promise<ProviderData | undefined>;

  /**
   * Opens a file for streaming. Files leave the archive only in this way. The file is hashed while it is read and compared with its
   * row. The last piece comes only if the hash is right. The stream must be read or destroyed.
   *
   * @param expected what the caller also knows about the file
   * @throws DOCUMENT_NOT_FOUND if the file is not there (yet); ARCHIVED_FILE_CHANGED, here or from the stream, if other bytes,
   *   a link or a folder are in its place
   */
  openFile(key: AttemptKey, file: ArchiveFile, expected?: FileDigest): Promise<OpenFile>;
  /**
   * Makes a temporary copy of a file, for a verification that reads it at any position. The copy is private to this process and is
   * hashed while it is made. So nobody can replace the file between its check and its reading.
   *
   * @param stored size and hash that the file must have
   * @throws what `openFile` throws; ARCHIVE_UNAVAILABLE if the temporary directory cannot be written
   */
  withCopy<T>(key: AttemptKey, file: ArchiveFile, stored: FileDigest, use: (path: string) => Promise<T>): Promise<T>;
  /**
   * Where a file lies, for people. The file is not read or checked.
   *
   * @throws DOCUMENT_NOT_FOUND if the file is not there (yet)
   */
  locateFile(key: AttemptKey, file: ArchiveFile): Promise<FilePlace>;
  /**
   * Stores a file, or replaces it. The file is written as a new object, hashed, made durable, read back and hashed again. Only then its
   * row is switched to the object. An error of the stream is passed on unchanged, and the earlier file stays.
   *
   * @param more.expectedBytes the announced size, for the error if there is no space
   * @throws ARCHIVE_FULL with facts `bytesFree` and, if known, `bytesNeeded`; ARCHIVE_UNAVAILABLE, also if the file that was read back differs
   */
  storeFile(
    key: AttemptKey,
    file: StorableFile,
    source: Readable,
    more?: { expectedBytes?: number | undefined },
  ): Promise<FileDigest>;
  /** Removes a file. Its object stays in the store for a while, for older backups. Harmless if there is none. */
  removeFile(key: AttemptKey, file: StorableFile): Promise<void>;

  /** Stores the uploaded documents' ids, or replaces them. */
  writeUploads(key: AttemptKey, uploads: Uploads): Promise<void>;
  readUploads(key: AttemptKey): Promise<Uploads | undefined>;

  /**
   * Sets a mark. It can be set only once, so something that may happen once is done by the caller that gets `true`.
   *
   * @param name `[A-Za-z0-9._-]{1,128}`, not beginning with a dot
   * @returns true if the mark was set now, false if it was there
   */
  mark(key: AttemptKey, name: string): Promise<boolean>;
  hasMark(key: AttemptKey, name: string): Promise<boolean>;
  /** When the mark was set, ISO 8601. Undefined without the mark. */
  markedAt(key: AttemptKey, name: string): Promise<string | undefined>;
  /** Removes a mark. Harmless if there is none. */
  unmark(key: AttemptKey, name: string): Promise<void>;

  /** Keeps a call of ours that decides something at the provider, or replaces it. The name is that of a mark. */
  keepCall(key: AttemptKey, name: string, call: KeptCall): Promise<void>;
  readCall(key: AttemptKey, name: string): Promise<KeptCall | undefined>;
  /** Harmless if there is none. */
  dropCall(key: AttemptKey, name: string): Promise<void>;
  /** All of them, in no order. */
  calls(key: AttemptKey): Promise<KeptCall[]>;

  /**
   * Records the end of an attempt, with an event `ended` in its journal and in the feed. When the cleanup is done later, an event
   * `cleaned` says so. Recording the same outcome again changes nothing, also with the `cleanup` of an earlier
   * moment. Only `cleanup` may change, from `pending` to `done`.
   *
   * @throws REQUEST_ENDED with facts `outcome` and `reason` if another outcome is recorded
   */
  recordOutcome(key: AttemptKey, outcome: Outcome): Promise<void>;
  readOutcome(key: AttemptKey): Promise<Outcome | undefined>;
  /** Writes the evidence, which must be JSON data. Without `replace`, evidence that is there stays. */
  writeEvidence(key: AttemptKey, evidence: object, more: { replace: boolean }): Promise<void>;

  /**
   * Adds an event outside the workflow to the journal, and to the feed if it is news.
   *
   * @param once a name of at most one such event of the attempt. If there is one, nothing is added
   */
  appendEvent(key: AttemptKey, event: ArchivedEvent, once?: string): Promise<void>;
  /** The events outside the workflow, sorted by time. */
  events(key: AttemptKey): Promise<ArchivedEvent[]>;

  /**
   * Records which attempt a provider's id belongs to. A later attempt of the same reference may take it over.
   *
   * @throws BAD_INPUT (field `requestPk`) if the id belongs to another request
   */
  writeIndex(environment: string, requestPk: RequestPk, entry: IndexEntry): Promise<void>;
  /** Undefined for an id that is not ours, or that no provider would send. */
  readIndex(environment: string, requestPk: string): Promise<IndexEntry | undefined>;
  /** All ids of the provider that belong to an attempt: one for each of its videos. */
  requestPks(key: AttemptKey): Promise<RequestPk[]>;

  /**
   * Deletes an attempt that has ended, and makes its row a tombstone. Then every other method says REQUEST_DELETED. If it was deleted
   * before, this finishes what was interrupted.
   *
   * @returns the recorded deletion, which may be an earlier one
   * @throws REQUEST_NOT_ENDED if it has no outcome, and something may have been created at the provider; or if a later attempt
   *   has none
   */
  deleteRequest(key: AttemptKey, deletion: Deletion): Promise<Tombstone>;
  /** Undefined if the attempt is not deleted. */
  readDeletion(key: AttemptKey): Promise<Tombstone | undefined>;

  /**
   * Checks that this archive is still there, and that a row and an object can be written to it.
   *
   * @throws ARCHIVE_UNAVAILABLE, ARCHIVE_FULL
   */
  assertUsable(): Promise<void>;
  /** The same for its database and its store of files, each with the setting that says where it is. */
  readonly parts: readonly ArchivePart[];
  /** Bytes this process may still write. Undefined if it cannot be known. */
  freeBytes(): Promise<number | undefined>;
  /**
   * Checks that what comes next can be stored: writes a row and an object, reads the object back, and asks for free space where it can be known.
   *
   * @throws ARCHIVE_UNAVAILABLE; ARCHIVE_FULL with facts `bytesFree` and `bytesNeeded` below the free-space reserve
   */
  assertReserve(): Promise<void>;

  /**
   * Keeps a pause between reads of one request at the provider, across workers. An attempt may have several there, one for each video.
   *
   * @param gap milliseconds
   * @returns 0 if the caller may read now, which is recorded; else the milliseconds to wait, at most `gap`
   */
  touchRead(key: AttemptKey, requestPk: RequestPk, gap: number): Promise<number>;

  /** Removes objects of starts and writes that broke off a day ago, and of files that were replaced long ago. Returns how many. */
  sweep(): Promise<number>;
  /** Ends the connections. Nothing may be called after it. */
  close(): Promise<void>;
}
