import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { VideoIdError } from '../messages/failures.js';
import type { Outcome } from '../messages/outcome.js';
import type { Flow, RequestKey, RequestPk } from '../messages/request.js';
import type { Sealed } from '../messages/steering.js';
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
  ProviderData,
  StorableFile,
} from './archive.js';
import { Disk, orUndefined, unavailable } from './disk.js';
import { readEvents, writeEvent } from './event-files.js';
import { FileIncoming } from './file-incoming.js';
import { FileNotices } from './file-notices.js';
import {
  attemptDirectory,
  attemptOf,
  FILE_PLACE,
  fileMissing,
  fileNotFound,
  flowDirectory,
  indexDirectory,
  indexFile,
  isIndexable,
  markFile,
  orderFile,
  referenceDirectory,
  referenceProblem,
  sealedFile,
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
  providerDataSchema,
  sealedRecordSchema,
  supplementSchema,
  takenCardSchema,
} from './record-schemas.js';
import type { RequestRecord } from './request-record.js';
import { requestRecordSchema } from './request-record-schema.js';
import { assertStored, holdErrors, writeStream } from './stored-stream.js';
import { sweepIncoming } from './sweep.js';

/**
 * Opens the archive in a directory of this machine, or of a file system that all machines share.
 *
 * @param options.create make a new archive if the directory is missing or empty
 * @param options.reserveBytes free space below which `assertReserve` refuses
 * @throws ARCHIVE_UNAVAILABLE when there is no archive, or it cannot be written
 */
export async function openArchive(options: {
  directory: string;
  create?: boolean;
  reserveBytes: number;
}): Promise<Archive> {
  const disk = new Disk(resolve(options.directory));
  const id = await openIdentity(disk, options.create === true);
  return new FileArchive(disk, id, options.reserveBytes);
}

/** The archive as files; the layout is in `layout.ts`. */
class FileArchive implements Archive {
  readonly id: string;
  readonly notices: FileNotices;
  readonly #disk: Disk;
  readonly #reserveBytes: number;

  constructor(disk: Disk, id: string, reserveBytes: number) {
    this.#disk = disk;
    this.id = id;
    this.notices = new FileNotices(disk);
    this.#reserveBytes = reserveBytes;
  }

  assertArchive(key: Pick<RequestKey, 'archiveId'>): void {
    if (key.archiveId === this.id) return;
    throw new VideoIdError('ARCHIVE_NOT_SHARED', 'The request lies in another archive than the one of this process.', {
      field: 'archive.directory',
      remedy: 'Give every client, worker and gateway the same archive directory.',
      facts: { here: this.id, wanted: key.archiveId },
    });
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
    if (!fits) throw unavailable('request.json of another request', 'A record in the archive is not in its place.');
    return record;
  }

  async latestAttempt(flow: Flow, reference: string): Promise<number> {
    const attempts = await this.#disk.list(this.#disk.path(referenceDirectory(flow, reference)));
    const latest = Math.max(0, ...(attempts ?? []).map((name) => attemptOf(name) ?? 0));
    if (latest === 0) await assertPresent(this.#disk, this.id);
    return latest;
  }

  async listReferences(flow: Flow): Promise<string[]> {
    const names = await this.#disk.list(this.#disk.path(flowDirectory(flow)));
    if (names === undefined) throw unavailable('archive gone');
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
    const { signer } = await this.readRequest(key);
    const directory = await this.#below(key, 'corrections');
    const corrections = await readNumbered(this.#disk, directory, correctionSchema, number);
    return Object.assign({ ...signer }, ...corrections);
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
    if (bound === undefined) throw unavailable('order gone');
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

  async openFile(key: AttemptKey, file: ArchiveFile): Promise<FilePlace & { stream: Readable }> {
    const path = await this.#filePath(key, file);
    const handle = await this.#disk.run(() => orUndefined(open(path, 'r'), 'ENOENT'));
    if (handle === undefined) throw fileMissing(key, file);
    const stream = handle.createReadStream();
    try {
      const { size } = await this.#disk.run(() => handle.stat());
      return { stream, size, path };
    } catch (error) {
      stream.destroy();
      throw error;
    }
  }

  async locateFile(key: AttemptKey, file: ArchiveFile): Promise<FilePlace> {
    const path = await this.#filePath(key, file);
    const size = await this.#disk.size(path);
    if (size === undefined) throw fileMissing(key, file);
    return { path, size };
  }

  async storeFile(
    key: AttemptKey,
    file: StorableFile,
    source: Readable,
    more: { expectedBytes?: number | undefined } = {},
  ): Promise<FileDigest> {
    holdErrors(source);
    const draft = this.#disk.draftPath();
    try {
      const path = await this.#filePath(key, file);
      const digest = await writeStream(this.#disk, draft, source, more.expectedBytes);
      // Before it gets its name: what differs never replaces a good file.
      await assertStored(this.#disk, draft, digest);
      await this.#disk.makeDirectory(dirname(path));
      await this.#disk.publish(draft, path);
      return digest;
    } catch (error) {
      source.destroy();
      await this.#disk.remove(draft);
      throw error;
    }
  }

  async removeFile(key: AttemptKey, file: StorableFile): Promise<void> {
    await this.#disk.removeFlushed(await this.#filePath(key, file));
  }

  async mark(key: AttemptKey, name: string): Promise<boolean> {
    const path = await this.#markPath(key, name);
    await this.#disk.makeDirectory(dirname(path));
    return await this.#disk.writeOnce(path, new Date().toISOString());
  }

  async hasMark(key: AttemptKey, name: string): Promise<boolean> {
    return (await this.#disk.size(await this.#markPath(key, name))) !== undefined;
  }

  async markedAt(key: AttemptKey, name: string): Promise<string | undefined> {
    const at = await this.#disk.read(await this.#markPath(key, name));
    if (at === undefined || !Number.isNaN(Date.parse(at))) return at;
    throw unavailable(`unreadable mark ${name}`, 'A mark in the archive is damaged.');
  }

  async unmark(key: AttemptKey, name: string): Promise<void> {
    await this.#disk.removeFlushed(await this.#markPath(key, name));
  }

  async recordOutcome(key: AttemptKey, outcome: Outcome): Promise<void> {
    if (outcome.reference !== key.reference || outcome.attempt !== key.attempt) {
      throw new VideoIdError('BAD_INPUT', 'The outcome is that of another attempt.', { field: 'reference' });
    }
    await writeOutcome(this.#disk, join(await this.#attempt(key), 'outcome.json'), outcome);
  }

  async readOutcome(key: AttemptKey): Promise<Outcome | undefined> {
    return await readRecord(this.#disk, join(await this.#attempt(key), 'outcome.json'), outcomeSchema);
  }

  async writeEvidence(key: AttemptKey, evidence: object): Promise<FileDigest & { path: string }> {
    const path = await this.#filePath(key, { kind: 'evidence' });
    await this.#disk.replace(path, recordText(evidence));
    const stored = await this.#disk.run(() => readFile(path));
    return { path, size: stored.length, sha256: createHash('sha256').update(stored).digest('hex') };
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
    throw new VideoIdError('BAD_INPUT', "The provider's request id already belongs to another request.", {
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

  async freeBytes(): Promise<number> {
    return await this.#disk.freeBytes();
  }

  async assertReserve(): Promise<void> {
    if ((await this.#disk.freeBytes()) < this.#reserveBytes) throw await this.#disk.full(this.#reserveBytes);
  }

  async touchRead(key: AttemptKey, gap: number): Promise<number> {
    const directory = join(await this.#attempt(key), 'reads');
    await this.#disk.makeDirectory(directory);
    return await claimRead(this.#disk, directory, gap, Date.now());
  }

  async sweep(): Promise<number> {
    return await sweepIncoming(this.#disk, Date.now());
  }

  /** The directory of an attempt. @throws REQUEST_NOT_FOUND, or ARCHIVE_UNAVAILABLE when the archive itself is gone */
  async #attempt(key: AttemptKey): Promise<string> {
    const directory = this.#disk.path(attemptDirectory(key));
    if ((await this.#disk.size(join(directory, 'request.json'))) === undefined) {
      await assertPresent(this.#disk, this.id);
      throw new VideoIdError('REQUEST_NOT_FOUND', 'There is no such request in the archive.', {
        field: 'reference',
        remedy: 'Check the reference and the attempt; `videoid list` shows what there is.',
      });
    }
    return directory;
  }

  async #markPath(key: AttemptKey, name: string): Promise<string> {
    return join(await this.#attempt(key), markFile(name));
  }

  async #filePath(key: AttemptKey, file: ArchiveFile): Promise<string> {
    const place = join(await this.#attempt(key), FILE_PLACE[file.kind]);
    if (file.kind === 'supplied') return join(place, String(file.index));
    return 'index' in file ? join(place, await this.#documentName(key, file)) : place;
  }

  async #below(key: AttemptKey, directory: string): Promise<string> {
    return join(await this.#attempt(key), directory);
  }

  /** Names of documents stand in `request.json` alone, never in a workflow's history. */
  async #documentName(key: AttemptKey, file: ArchiveFile & { index: number }): Promise<string> {
    const { documents } = await this.readRequest(key);
    const named = documents.find(({ index }) => index === file.index);
    if (named === undefined) throw fileNotFound(file);
    return named.name;
  }
}

/** Whether an entry is that of an earlier attempt of the same reference. */
function isEarlier(recorded: IndexEntry, { flow, reference, attempt }: IndexEntry): boolean {
  return recorded.flow === flow && recorded.reference === reference && recorded.attempt < attempt;
}
