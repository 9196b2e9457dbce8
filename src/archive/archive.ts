import type { Readable } from 'node:stream';
import type { FailureView } from '../messages/failures.js';
import type { Outcome } from '../messages/outcome.js';
import type { Flow, RequestKey, RequestPk, VideoidPk } from '../messages/request.js';
import type { Sealed } from '../messages/steering.js';
import type { Notices } from './notices.js';
import type { RequestRecord } from './request-record.js';

/** Names one attempt in the archive; a `RequestKey` will do. */
export type AttemptKey = Pick<RequestKey, 'flow' | 'reference' | 'attempt'>;

/** A file of one attempt that the archive itself writes after the start. */
export type StorableFile =
  | { kind: 'signed'; /** The document's index, 1 to 10. */ index: number }
  /** The contract as it was shown to the signer. */
  | { kind: 'contract' }
  /** The RAO declaration of an enrolment, as it was shown to the officer. */
  | { kind: 'declaration' }
  /** An evidence document that was provided after the start; 1, 2, …. */
  | { kind: 'supplied'; index: number }
  /** The contract as fetched after signing. */
  | { kind: 'signed-contract' };

/** A file of one attempt. Documents come with the start, evidence with `writeEvidence`. */
export type ArchiveFile = StorableFile | { kind: 'document'; index: number } | { kind: 'evidence' };

/** A file with its place. */
export interface FilePlace {
  /** A local path. An object store hands out a local copy. */
  path: string;
  /** Bytes. */
  size: number;
}

export interface FileDigest {
  /** Bytes. */
  size: number;
  /** Lower-case hex. */
  sha256: string;
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
  /** Absent for an enrolment whose reads do not show it. */
  videoidPk?: VideoidPk;
  /** Where the signer does the video identification. Whoever has it can act as the signer. Absent when an operator adopted ids without it. */
  videoidLink?: string;
  /** Of an enrolment: the serial number of the card it was created with. */
  scratchcard?: string;
  /** Of an enrolment: what was issued. */
  certificates?: Certificate[];
  /** Which create of the request made it: 1, 2, … for a new video request; absent when an operator adopted it. */
  round?: number;
}

/** What was provided later, for an enrolment that lacked it. */
export interface Supplement {
  fields: Record<string, string>;
  /** Evidence documents among the files `supplied`. */
  documents: { /** Number of the file, 1, 2, …. */ file: number; name: string; size: number; sha256: string }[];
}

/** A scratchcard that was taken for a create, before it is known whether the create succeeded. */
export interface TakenCard {
  /** Which create of the request it was taken for. */
  round: number;
  sn: string;
  /** Its secrets, sealed; absent where they are dropped. */
  secrets?: Sealed;
}

/** The signer's data, corrected by a person before the video was finished. */
export interface Correction {
  email?: string;
  phone?: string;
}

/** What a caller's idempotency key was used for first; nothing else may be asked with it. */
export interface BoundOrder {
  /** `cancel`, `sign`, …. Who ordered it will stand beside it. */
  verb: string;
  /** Which key made the fingerprint, so that keys can change. */
  keyId: string;
  /** Keyed fingerprint of what was ordered, lower-case hex. */
  fingerprint: string;
  /** When it was bound, ISO 8601, UTC. */
  at: string;
  /** Number of the correction or supplement that belongs to it. */
  number?: number;
  /** What was answered in the end. */
  settled?: { answer?: unknown } | { failure: FailureView };
}

/** Which workflow a provider's request belongs to. */
export interface IndexEntry {
  workflowId: string;
  flow: Flow;
  reference: string;
  attempt: number;
}

/** Something that happened outside the workflow: the link or the documents were shown. */
export interface ArchivedEvent {
  /** ISO 8601, UTC. */
  at: string;
  /** A stable word: `link-shown`, `documents-shown`, … */
  what: string;
  /** Where: `web`, `cli`, … */
  channel?: string;
  /** Ids, hashes, counts; no personal data. */
  facts?: Record<string, string | number | boolean>;
}

/** A start in progress: nobody sees it until it is committed. */
export interface Incoming {
  /**
   * Takes over one document; the first has index 1 and so on. Streamed, hashed while written, flushed. After a failure
   * only `discard` is left.
   *
   * @param source a stream, or the path of a regular file. An error of the stream itself is passed on unchanged.
   * @returns the path at which a checker can read it until `commit` or `discard`
   * @throws BAD_DOCUMENT_NAME, DUPLICATE_DOCUMENT_NAME, DOCUMENT_NOT_FOUND (path), ARCHIVE_FULL, ARCHIVE_UNAVAILABLE
   */
  addDocument(document: { name: string }, source: Readable | string): Promise<FileDigest & { path: string }>;
  /**
   * Makes the attempt visible, whole and at most once: of several commits of one attempt exactly one answers `created`.
   * After either answer the incoming start is gone; after `exists` nothing of it was kept.
   *
   * @throws BAD_REFERENCE, BAD_INPUT (the record does not describe the documents added), ARCHIVE_FULL, ARCHIVE_UNAVAILABLE
   */
  commit(record: RequestRecord): Promise<'created' | 'exists'>;
  /** Leaves nothing behind. Harmless after `commit`. */
  discard(): Promise<void>;
}

/**
 * The authority for references and the store of documents. Shared by all processes of one installation; every method
 * is safe to call from several of them at once, and whatever it reports as done survives a crash.
 *
 * Everywhere: ARCHIVE_UNAVAILABLE when the archive cannot be read or written, ARCHIVE_FULL when there is no room,
 * BAD_REFERENCE and BAD_INPUT for names that cannot be part of a path, REQUEST_NOT_FOUND for an attempt that does not exist.
 */
export interface Archive {
  /** Made with the archive; every request carries it. */
  readonly id: string;
  /** The feed, and which Optimizers are out of reach. */
  readonly notices: Notices;
  /** @throws ARCHIVE_NOT_SHARED when the request lies in another archive */
  assertArchive(key: Pick<RequestKey, 'archiveId'>): void;

  begin(): Promise<Incoming>;
  readRequest(key: AttemptKey): Promise<RequestRecord>;
  /** The highest attempt under the reference; 0 when there is none. */
  latestAttempt(flow: Flow, reference: string): Promise<number>;
  /** Every reference with at least one attempt, sorted. */
  listReferences(flow: Flow): Promise<string[]>;

  /** Adds a correction; answers its number, 1, 2, …. */
  addCorrection(key: AttemptKey, correction: Correction): Promise<number>;
  /** Takes a correction back that was refused; harmless when it is not there. */
  dropCorrection(key: AttemptKey, number: number): Promise<void>;
  /** The signer's data with the corrections up to `number`, all if left out, laid over it. */
  readSigner(key: AttemptKey, number?: number): Promise<{ email: string; phone: string }>;

  /** Adds what was provided later; answers its number, 1, 2, …. */
  addSupplement(key: AttemptKey, supplement: Supplement): Promise<number>;
  /** All supplements, in the order of their numbers. */
  supplements(key: AttemptKey): Promise<Supplement[]>;

  /** Notes a scratchcard before it is used, so that a crash loses neither card nor request. */
  noteCard(key: AttemptKey, card: TakenCard): Promise<void>;
  /** The cards noted so far, the newest last. */
  cards(key: AttemptKey): Promise<TakenCard[]>;

  /** Keeps what only the holder of the seal key may read, by name; replaces what was there. */
  writeSealed(key: AttemptKey, name: string, sealed: Sealed): Promise<void>;
  readSealed(key: AttemptKey, name: string): Promise<Sealed | undefined>;

  /**
   * Binds an idempotency key to an order, once: of several callers one binds it.
   *
   * @param name digest of the key
   * @returns the order that the key is bound to, which may be an earlier one
   */
  bindOrder(key: AttemptKey, name: string, order: BoundOrder): Promise<BoundOrder>;
  readOrder(key: AttemptKey, name: string): Promise<BoundOrder | undefined>;
  /** Replaces what is known of a bound order. */
  noteOrder(key: AttemptKey, name: string, order: BoundOrder): Promise<void>;

  /** Replaces what was known; nothing else is lost by calling it twice. */
  writeProvider(key: AttemptKey, provider: ProviderData): Promise<void>;
  readProvider(key: AttemptKey): Promise<ProviderData | undefined>;

  /**
   * Opens a file for streaming. The stream must be read or destroyed.
   *
   * @throws DOCUMENT_NOT_FOUND when the file is not (yet) there
   */
  openFile(key: AttemptKey, file: ArchiveFile): Promise<FilePlace & { stream: Readable }>;
  /**
   * Where a file lies, without opening it.
   *
   * @throws DOCUMENT_NOT_FOUND when the file is not (yet) there
   */
  locateFile(key: AttemptKey, file: ArchiveFile): Promise<FilePlace>;
  /**
   * Stores a file, replacing an earlier one: written aside and hashed, flushed, read back and hashed again, and only
   * then put under its name. An error of the stream itself is passed on unchanged and leaves nothing behind.
   *
   * @param more.expectedBytes what the sender announced; only told when there is no room
   * @throws ARCHIVE_FULL with facts `bytesFree` and, if known, `bytesNeeded`; ARCHIVE_UNAVAILABLE, also when what was read back differs
   */
  storeFile(
    key: AttemptKey,
    file: StorableFile,
    source: Readable,
    more?: { expectedBytes?: number | undefined },
  ): Promise<FileDigest>;
  /** Removes a file; harmless when it is not there. */
  removeFile(key: AttemptKey, file: StorableFile): Promise<void>;

  /**
   * Sets a mark that can be set once: what must happen at most once is done only by the caller who got `true`.
   *
   * @param name `[A-Za-z0-9._-]{1,128}`, not beginning with a dot
   * @returns true if the mark was set now, false if it was there
   */
  mark(key: AttemptKey, name: string): Promise<boolean>;
  hasMark(key: AttemptKey, name: string): Promise<boolean>;
  /** When the mark was set, ISO 8601; undefined without the mark. */
  markedAt(key: AttemptKey, name: string): Promise<string | undefined>;
  /** Takes a mark back; harmless when it is not there. */
  unmark(key: AttemptKey, name: string): Promise<void>;

  /**
   * Records the end of an attempt. The same outcome again changes nothing, and so does a late repetition from before
   * the cleanup; only `cleanup` may still go from `pending` to `done`.
   *
   * @throws REQUEST_ENDED with facts `outcome` and `reason` when another outcome is recorded
   */
  recordOutcome(key: AttemptKey, outcome: Outcome): Promise<void>;
  readOutcome(key: AttemptKey): Promise<Outcome | undefined>;
  /** Replaces the evidence. `evidence` must survive JSON. */
  writeEvidence(key: AttemptKey, evidence: object): Promise<FileDigest & { path: string }>;

  appendEvent(key: AttemptKey, event: ArchivedEvent): Promise<void>;
  /** Sorted by time. */
  events(key: AttemptKey): Promise<ArchivedEvent[]>;

  /**
   * A later attempt takes over what an earlier one of the same reference had.
   *
   * @throws BAD_INPUT (field `requestPk`) when the id already belongs to another request
   */
  writeIndex(environment: string, requestPk: RequestPk, entry: IndexEntry): Promise<void>;
  /** Undefined for an id that is not ours, also for one that no provider would send. */
  readIndex(environment: string, requestPk: string): Promise<IndexEntry | undefined>;

  /** Bytes this process may still write. */
  freeBytes(): Promise<number>;
  /** @throws ARCHIVE_FULL with facts `bytesFree` and `bytesNeeded` below the free-space reserve */
  assertReserve(): Promise<void>;

  /**
   * Keeps reads of one request at the provider apart, across workers.
   *
   * @param gap milliseconds
   * @returns 0 when the caller may read now, which is recorded; else the milliseconds still to wait, at most `gap`
   */
  touchRead(key: AttemptKey, gap: number): Promise<number>;

  /** Removes what crashed starts and writes left behind more than a day ago. Returns how many things were removed. */
  sweep(): Promise<number>;
}
