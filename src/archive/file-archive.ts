import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { VideoIdError } from '../messages/failures.js';
import type { Outcome } from '../messages/outcome.js';
import type { Flow, RequestKey, RequestPk } from '../messages/request.js';
import type { Sealed } from '../messages/steering.js';
import type { KeptCall } from '../messages/own-calls.js';
import { dropCall, keepCall, readCall, readCalls } from './kept-calls.js';
import type { TemporalPlace } from '../messages/temporal-place.js';
import { assertPresent, openIdentity } from './archive-identity.js';
import type {
  Archive,
  ArchivedEvent,
  BoundOrder,
  Correction,
  Supplement,
  TakenCard,
  ArchiveFile,
  AttemptKey,
  FileDigest,
  FilePlace,
  Incoming,
  IndexEntry,
  OpenFile,
  ProviderData,
  StorableFile,
  Uploads,
} from './archive.js';
import { openChecked } from './checked-file.js';
import { Disk } from './disk.js';
import { readEvents, writeEvent } from './event-files.js';
import { fileChanged, fileLost, fileNotFound } from './file-errors.js';
import { FileIncoming } from './file-incoming.js';
import { FileNotices } from './file-notices.js';
import {
  attemptDirectory,
  attemptOf,
  FILE_PLACE,
  flowDirectory,
  indexDirectory,
  indexFile,
  isIndexable,
  CALLS,
  markFile,
  markName,
  orderFile,
  referenceDirectory,
  referenceProblem,
  sealedFile,
  STORED,
  storedRecord,
  readsDirectory,
} from './layout.js';
import { addNumbered, readNumbered } from './numbered-records.js';
import { writeOutcome } from './outcome-file.js';
import { claimRead } from './read-pace.js';
import { checkedRecord, readRecord, recordText } from './record-file.js';
import {
  boundOrderSchema,
  correctionSchema,
  indexEntrySchema,
  outcomeSchema,
  placeSchema,
  providerDataSchema,
  sealedRecordSchema,
  supplementSchema,
  takenCardSchema,
  uploadsSchema,
} from './record-schemas.js';
import type { NamedDocument, RequestRecord } from './request-record.js';
import { requestRecordSchema } from './request-record-schema.js';
import { readStored, removeStored, storeFile, type StoredPlace } from './stored-files.js';
import { holdErrors } from './stored-stream.js';
import { sweepIncoming } from './sweep.js';

/**
 * Opens the archive in a directory of this machine, or of a shared file system.
 *
 * @param options.create make a new archive if the directory is missing or empty
 * @param options.reserveBytes free space below which `assertReserve` refuses
 * @param options.now see `Archive.now`. The default is the clock of this machine
 * @throws ARCHIVE_UNAVAILABLE if there is no archive, or it cannot be written
 */
export async function openArchive(options: {
  directory: string;
  create?: boolean;
  reserveBytes: number;
  now?: () => number;
}): Promise<Archive> {
  const disk = new Disk(resolve(options.directory));
  const id = await openIdentity(disk, options.create === true);
  return new FileArchive(disk, id, options.reserveBytes, options.now ?? Date.now);
}

/** Below an attempt: the Temporal in which it runs. */
const PLACE = 'temporal.json';

/** The archive as files. The layout is in `layout.ts`. */
class FileArchive implements Archive {
  readonly id: string;
  readonly notices: FileNotices;
  readonly #disk: Disk;
  readonly #reserveBytes: number;
  readonly now: () => number;

  constructor(disk: Disk, id: string, reserveBytes: number, now: () => number) {
    this.#disk = disk;
    this.id = id;
    this.notices = new FileNotices(disk);
    this.#reserveBytes = reserveBytes;
    this.now = now;
  }

  assertArchive(key: Pick<RequestKey, 'archiveId'>): void {
    if (key.archiveId === this.id) return;
    throw new VideoIdError('ARCHIVE_NOT_SHARED', `The request is in another archive than that in ${this.#disk.root}.`, {
      field: 'archive.directory',
      remedy: `Mount the right archive there, or correct archive.directory. Every client, worker and gateway needs the same archive.`,
      facts: { here: this.id, wanted: key.archiveId },
    });
  }

  time(): string {
    return new Date(this.now()).toISOString();
  }

  async begin(): Promise<Incoming> {
    return await FileIncoming.begin(this.#disk);
  }

  async readRequest(key: AttemptKey): Promise<RequestRecord> {
    const directory = await this.#attempt(key);
    const record = await readRecord(this.#disk, join(directory, 'request.json'), requestRecordSchema);
    const fits =
      record !== undefined &&
      record.flow === key.flow &&
      record.reference === key.reference &&
      record.attempt === key.attempt;
    if (!fits)
      throw this.#disk.unavailable('request.json of another request', 'A record in the archive is in the wrong place.');
    return record;
  }

  async latestAttempt(flow: Flow, reference: string): Promise<number> {
    const attempts = await this.#disk.list(this.#disk.path(referenceDirectory(flow, reference)));
    const latest = Math.max(0, ...(attempts ?? []).map((name) => attemptOf(name) ?? 0));
    if (latest === 0) await assertPresent(this.#disk, this.id);
    return latest;
  }

  async claimPlace(key: AttemptKey, place: TemporalPlace): Promise<TemporalPlace> {
    const path = await this.#below(key, PLACE);
    const known = await readRecord(this.#disk, path, placeSchema);
    if (known !== undefined) return known;
    const wanted = checkedRecord(placeSchema, place);
    if (await this.#disk.writeOnce(path, recordText(wanted))) return wanted;
    const recorded = await readRecord(this.#disk, path, placeSchema);
    if (recorded === undefined) throw this.#disk.unavailable('place gone');
    return recorded;
  }

  async readPlace(key: AttemptKey): Promise<TemporalPlace | undefined> {
    return await readRecord(this.#disk, await this.#below(key, PLACE), placeSchema);
  }

  async movePlace(key: AttemptKey, place: TemporalPlace): Promise<void> {
    await this.#disk.replace(await this.#below(key, PLACE), recordText(checkedRecord(placeSchema, place)));
  }

  async listReferences(flow: Flow): Promise<string[]> {
    const names = await this.#disk.list(this.#disk.path(flowDirectory(flow)));
    if (names === undefined) throw this.#disk.unavailable('archive gone');
    const references: string[] = [];
    for (const name of names.sort()) {
      if (referenceProblem(name) === undefined && (await this.latestAttempt(flow, name)) > 0) references.push(name);
    }
    return references;
  }

  async addCorrection(key: AttemptKey, correction: Correction): Promise<number> {
    return await addNumbered(this.#disk, await this.#below(key, 'corrections'), correctionSchema, correction);
  }

  async dropCorrection(key: AttemptKey, number: number): Promise<void> {
    await this.#disk.removeFlushed(join(await this.#below(key, 'corrections'), `${number}.json`));
  }

  async readSigner(key: AttemptKey, number?: number): Promise<{ email: string; phone: string }> {
    const { email, phone } = (await this.readRequest(key)).signer;
    const directory = await this.#below(key, 'corrections');
    const corrections = await readNumbered(this.#disk, directory, correctionSchema, number);
    return Object.assign({ email, phone }, ...corrections.map(({ fields: _identity, ...contact }) => contact));
  }

  async readCorrection(key: AttemptKey, number: number): Promise<Correction | undefined> {
    return await readRecord(
      this.#disk,
      join(await this.#below(key, 'corrections'), `${number}.json`),
      correctionSchema,
    );
  }

  async addSupplement(key: AttemptKey, supplement: Supplement): Promise<number> {
    return await addNumbered(this.#disk, await this.#below(key, 'supplements'), supplementSchema, supplement);
  }

  async supplements(key: AttemptKey): Promise<Supplement[]> {
    return await readNumbered(this.#disk, await this.#below(key, 'supplements'), supplementSchema);
  }

  async noteCard(key: AttemptKey, card: TakenCard): Promise<void> {
    await addNumbered(this.#disk, await this.#below(key, 'cards'), takenCardSchema, card);
  }

  async cards(key: AttemptKey): Promise<TakenCard[]> {
    return await readNumbered(this.#disk, await this.#below(key, 'cards'), takenCardSchema);
  }

  async writeSealed(key: AttemptKey, name: string, sealed: Sealed): Promise<void> {
    const directory = await this.#below(key, 'sealed');
    await this.#disk.makeDirectory(directory);
    await this.#disk.replace(join(directory, sealedFile(name)), recordText(checkedRecord(sealedRecordSchema, sealed)));
  }

  async readSealed(key: AttemptKey, name: string): Promise<Sealed | undefined> {
    return await readRecord(this.#disk, join(await this.#below(key, 'sealed'), sealedFile(name)), sealedRecordSchema);
  }

  async bindOrder(key: AttemptKey, name: string, order: BoundOrder): Promise<BoundOrder> {
    const path = await this.#below(key, orderFile(name));
    await this.#disk.makeDirectory(dirname(path));
    const wanted = checkedRecord(boundOrderSchema, order);
    if (await this.#disk.writeOnce(path, recordText(wanted))) return wanted;
    const bound = await readRecord(this.#disk, path, boundOrderSchema);
    if (bound === undefined) throw this.#disk.unavailable('order gone');
    return bound;
  }

  async readOrder(key: AttemptKey, name: string): Promise<BoundOrder | undefined> {
    return await readRecord(this.#disk, await this.#below(key, orderFile(name)), boundOrderSchema);
  }

  async noteOrder(key: AttemptKey, name: string, order: BoundOrder): Promise<void> {
    const text = recordText(checkedRecord(boundOrderSchema, order));
    await this.#disk.replace(await this.#below(key, orderFile(name)), text);
  }

  async writeProvider(key: AttemptKey, provider: ProviderData): Promise<void> {
    const checked = checkedRecord(providerDataSchema, provider);
    await this.#disk.replace(join(await this.#attempt(key), 'provider.json'), recordText(checked));
  }

  async readProvider(key: AttemptKey): Promise<ProviderData | undefined> {
    return await readRecord(this.#disk, join(await this.#attempt(key), 'provider.json'), providerDataSchema);
  }

  async openFile(key: AttemptKey, file: ArchiveFile, expected?: FileDigest): Promise<OpenFile> {
    for (let again = false; ; again = true) {
      const { path, size, sha256 } = await this.#found(key, file);
      const changed = () => fileChanged(key, file);
      if (expected !== undefined && (expected.size !== size || expected.sha256 !== sha256)) throw changed();
      const stream = await openChecked(this.#disk, path, { size, sha256 }, changed);
      if (stream !== undefined) return { stream, size, sha256 };
      // The file may have been replaced since its record was read.
      if (again) throw fileLost(key, file);
    }
  }

  async locateFile(key: AttemptKey, file: ArchiveFile): Promise<FilePlace> {
    const { path } = await this.#found(key, file);
    const size = await this.#disk.size(path);
    if (size === undefined) throw fileLost(key, file);
    return { path, size };
  }

  async storeFile(
    key: AttemptKey,
    file: StorableFile,
    source: Readable,
    more: { expectedBytes?: number | undefined } = {},
  ): Promise<FileDigest> {
    holdErrors(source);
    try {
      const { size, sha256 } = await storeFile(this.#disk, await this.#place(key, file), source, more);
      return { size, sha256 };
    } catch (error) {
      source.destroy();
      throw error;
    }
  }

  async removeFile(key: AttemptKey, file: StorableFile): Promise<void> {
    await removeStored(this.#disk, await this.#place(key, file));
  }

  async writeUploads(key: AttemptKey, uploads: Uploads): Promise<void> {
    const path = join(await this.#attempt(key), 'uploads.json');
    await this.#disk.replace(path, recordText(checkedRecord(uploadsSchema, uploads)));
  }

  async readUploads(key: AttemptKey): Promise<Uploads | undefined> {
    return await readRecord(this.#disk, join(await this.#attempt(key), 'uploads.json'), uploadsSchema);
  }

  async mark(key: AttemptKey, name: string): Promise<boolean> {
    const path = await this.#markPath(key, name);
    await this.#disk.makeDirectory(dirname(path));
    return await this.#disk.writeOnce(path, this.time());
  }

  async hasMark(key: AttemptKey, name: string): Promise<boolean> {
    return (await this.#disk.size(await this.#markPath(key, name))) !== undefined;
  }

  async markedAt(key: AttemptKey, name: string): Promise<string | undefined> {
    const at = await this.#disk.read(await this.#markPath(key, name));
    if (at === undefined || !Number.isNaN(Date.parse(at))) return at;
    throw this.#disk.unavailable(`unreadable mark ${name}`, 'A mark in the archive is damaged.');
  }

  async unmark(key: AttemptKey, name: string): Promise<void> {
    await this.#disk.removeFlushed(await this.#markPath(key, name));
  }

  async keepCall(key: AttemptKey, name: string, call: KeptCall): Promise<void> {
    await keepCall(this.#disk, await this.#below(key, CALLS), markName(name), call);
  }

  async readCall(key: AttemptKey, name: string): Promise<KeptCall | undefined> {
    return await readCall(this.#disk, await this.#below(key, CALLS), markName(name));
  }

  async dropCall(key: AttemptKey, name: string): Promise<void> {
    await dropCall(this.#disk, await this.#below(key, CALLS), markName(name));
  }

  async calls(key: AttemptKey): Promise<KeptCall[]> {
    return await readCalls(this.#disk, await this.#below(key, CALLS));
  }

  async recordOutcome(key: AttemptKey, outcome: Outcome): Promise<void> {
    if (outcome.reference !== key.reference || outcome.attempt !== key.attempt) {
      throw new VideoIdError('BAD_INPUT', 'The outcome belongs to another attempt.', { field: 'reference' });
    }
    await writeOutcome(this.#disk, join(await this.#attempt(key), 'outcome.json'), outcome);
  }

  async readOutcome(key: AttemptKey): Promise<Outcome | undefined> {
    return await readRecord(this.#disk, join(await this.#attempt(key), 'outcome.json'), outcomeSchema);
  }

  async writeEvidence(key: AttemptKey, evidence: object, { replace }: { replace: boolean }): Promise<void> {
    const place = await this.#place(key, { kind: 'evidence' });
    await storeFile(this.#disk, place, Readable.from([Buffer.from(recordText(evidence))]), { replace });
  }

  async appendEvent(key: AttemptKey, event: ArchivedEvent): Promise<void> {
    await writeEvent(this.#disk, join(await this.#attempt(key), 'events'), event);
  }

  async events(key: AttemptKey): Promise<ArchivedEvent[]> {
    return await readEvents(this.#disk, join(await this.#attempt(key), 'events'));
  }

  async writeIndex(environment: string, requestPk: RequestPk, entry: IndexEntry): Promise<void> {
    const path = this.#disk.path(indexFile(environment, requestPk));
    const checked = checkedRecord(indexEntrySchema, entry);
    await this.#disk.makeDirectory(this.#disk.path(indexDirectory(environment)));
    if (await this.#disk.writeOnce(path, recordText(checked))) return;
    const recorded = await readRecord(this.#disk, path, indexEntrySchema);
    if (isDeepStrictEqual(recorded, checked)) return;
    if (recorded !== undefined && isEarlier(recorded, checked)) {
      await this.#disk.replace(path, recordText(checked));
      return;
    }
    throw new VideoIdError('BAD_INPUT', "The provider's request id belongs to another request.", {
      field: 'requestPk',
      remedy: "Take the ids of this request from the provider's console.",
      facts: recorded === undefined ? {} : { workflowId: recorded.workflowId },
    });
  }

  async readIndex(environment: string, requestPk: string): Promise<IndexEntry | undefined> {
    indexDirectory(environment);
    if (!isIndexable(requestPk)) return undefined;
    const entry = await readRecord(this.#disk, this.#disk.path(indexFile(environment, requestPk)), indexEntrySchema);
    if (entry === undefined) await assertPresent(this.#disk, this.id);
    return entry;
  }

  async assertUsable(): Promise<void> {
    await assertPresent(this.#disk, this.id);
    const draft = this.#disk.draftPath();
    try {
      await this.#disk.writeFlushed(draft, 'written by a probe');
    } finally {
      await this.#disk.remove(draft);
    }
  }

  async freeBytes(): Promise<number> {
    return await this.#disk.freeBytes();
  }

  async assertReserve(): Promise<void> {
    if ((await this.#disk.freeBytes()) < this.#reserveBytes) throw await this.#disk.full(this.#reserveBytes);
  }

  async touchRead(key: AttemptKey, requestPk: RequestPk, gap: number): Promise<number> {
    const directory = join(await this.#attempt(key), readsDirectory(requestPk));
    await this.#disk.makeDirectory(directory);
    return await claimRead(this.#disk, directory, gap, this.now());
  }

  async sweep(): Promise<number> {
    return await sweepIncoming(this.#disk);
  }

  /** The directory of an attempt. @throws REQUEST_NOT_FOUND, or ARCHIVE_UNAVAILABLE if the archive itself is gone */
  async #attempt(key: AttemptKey): Promise<string> {
    const directory = this.#disk.path(attemptDirectory(key));
    if ((await this.#disk.size(join(directory, 'request.json'))) === undefined) {
      await assertPresent(this.#disk, this.id);
      throw new VideoIdError('REQUEST_NOT_FOUND', 'The archive has no such request.', {
        field: 'reference',
        remedy: 'Check the reference and the attempt. `videoid list` shows all requests.',
      });
    }
    return directory;
  }

  async #markPath(key: AttemptKey, name: string): Promise<string> {
    return join(await this.#attempt(key), markFile(name));
  }

  /** Where a file lies, and its recorded size and hash. @throws DOCUMENT_NOT_FOUND if it was not stored */
  async #found(key: AttemptKey, file: ArchiveFile): Promise<FileDigest & { path: string }> {
    if (file.kind === 'document') {
      const { name, size, sha256 } = await this.#document(key, file);
      return { path: join(await this.#below(key, FILE_PLACE.document), name), size, sha256 };
    }
    const place = await this.#place(key, file);
    const stored = await readStored(this.#disk, place);
    if (stored === undefined) throw fileNotFound(file);
    return { path: place.file(stored.key), size: stored.size, sha256: stored.sha256 };
  }

  async #place(key: AttemptKey, file: Exclude<ArchiveFile, { kind: 'document' }>): Promise<StoredPlace> {
    const attempt = await this.#attempt(key);
    const folder = (stored: string) => join(attempt, STORED, stored);
    const below = join(FILE_PLACE[file.kind], await this.#nameOf(key, file));
    return { record: join(attempt, storedRecord(file)), folder, file: (stored) => join(folder(stored), below) };
  }

  async #nameOf(key: AttemptKey, file: ArchiveFile): Promise<string> {
    if (!('index' in file)) return '';
    return file.kind === 'signed' ? (await this.#document(key, file)).name : String(file.index);
  }

  async #below(key: AttemptKey, directory: string): Promise<string> {
    return join(await this.#attempt(key), directory);
  }

  /** Only `request.json` has the names of documents, never a workflow's history. */
  async #document(key: AttemptKey, file: ArchiveFile & { index: number }): Promise<NamedDocument> {
    const { documents } = await this.readRequest(key);
    const named = documents.find(({ index }) => index === file.index);
    if (named === undefined) throw fileNotFound(file);
    return named;
  }
}

/** Whether an entry belongs to an earlier attempt of the same reference. */
function isEarlier(recorded: IndexEntry, { flow, reference, attempt }: IndexEntry): boolean {
  return recorded.flow === flow && recorded.reference === reference && recorded.attempt < attempt;
}
