import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { VideoIdError } from '../messages/failures.js';
import type { DocumentRules, FileDigest, Incoming } from './archive.js';
import { documentNameProblem, foldedDocumentName, normalisedDocumentName } from './document-name.js';
import { fileChanged, fileLost } from './file-errors.js';
import { checkedFile } from './files/checked-file.js';
import { errorCode } from './files/disk.js';
import { newKey } from './files/file-key.js';
import type { FileStore } from './files/file-store.js';
import { requestOf } from './names.js';
import { checked } from './records/content.js';
import { announce, insertDocument } from './records/files.js';
import type { Records } from './records/records.js';
import { assertNoneDeleted, insertRequest } from './records/requests.js';
import type { NamedDocument, RequestRecord } from './request-record.js';
import { requestRecordSchema } from './request-record-schema.js';
import { dropObject, mayStillCome } from './sweep.js';
import type { TemporaryCopies } from './temporary-copies.js';

/** A document of the start, and its object in the store. */
type Entry = NamedDocument & { object: string };

/** Bytes. */
const USUAL = 25e6;

/** A start in progress. Its documents are objects that no row counts. One transaction makes them the attempt's. */
export class IncomingStart implements Incoming {
  readonly #records: Records;
  readonly #store: FileStore;
  readonly #copies: TemporaryCopies;
  readonly #documents: Entry[] = [];
  /** Documents that are being written to the store. */
  readonly #writing: Promise<FileDigest>[] = [];
  /** Objects that a server may still write. */
  readonly #late = new Set<string>();
  readonly #token = randomUUID();
  #open = true;

  constructor(records: Records, store: FileStore, copies: TemporaryCopies) {
    this.#records = records;
    this.#store = store;
    this.#copies = copies;
  }

  async addDocument(
    document: { name: string },
    source: Readable | string,
    { maximumBytes = USUAL, check }: DocumentRules = {},
  ): Promise<FileDigest> {
    if (typeof source !== 'string') source.on('error', () => {}); // until it is read
    this.#assertOpen();
    const index = this.#documents.length + 1;
    const name = checkedName(document.name, index, this.#documents);
    // Added before the first await, so that documents that are added at once keep their order and different names.
    const entry = { index, name, size: 0, sha256: '', object: newKey('document') };
    this.#documents.push(entry);
    const stream = typeof source === 'string' ? await openedDocument(source, index) : source;
    return await this.#copies.withCopy(stream, { bytes: maximumBytes }, async (copy) => {
      await check?.(copy.path);
      this.#assertOpen();
      const writing = this.#write(entry, copy);
      this.#writing.push(writing);
      const digest = await writing;
      if (digest.sha256 !== copy.sha256) throw copyChanged();
      Object.assign(entry, digest);
      return digest;
    });
  }

  async #write({ object, index }: Entry, copy: FileDigest & { path: string }): Promise<FileDigest> {
    await announce(this.#records, object, { kind: 'document', index });
    try {
      return await this.#store.write(object, createReadStream(copy.path), { expectedBytes: copy.size });
    } catch (error) {
      if (mayStillCome(this.#store, error)) this.#late.add(object);
      throw error;
    }
  }

  async open(index: number): Promise<Readable> {
    const document = this.#documents[index - 1];
    if (document === undefined) throw new Error('This start has no such document.');
    const place = [{ kind: 'document', index }, this.#store.location(document.object)] as const;
    const stream = checkedFile(await this.#store.open(document.object), document, () => fileChanged(...place));
    if (stream === undefined) throw fileLost(...place);
    return stream;
  }

  async commit(record: RequestRecord): Promise<'created' | 'exists'> {
    this.#assertOpen();
    const request = requestOf(record);
    const whole = checked(requestRecordSchema, record);
    if (!describes(whole.documents, this.#documents)) {
      throw new VideoIdError('BAD_INPUT', 'The record does not describe the documents that were added.', {
        field: 'documents',
        remedy: 'This is a defect of the calling program.',
      });
    }
    const created = await this.#records.database.transaction(async (transaction) => {
      await assertNoneDeleted(transaction, whole);
      const inserted = await insertRequest(transaction, whole, {
        token: this.#token,
        people: this.#records.people,
      });
      if (inserted !== true) return inserted === 'before';
      for (const { index, ...written } of this.#documents) {
        await insertDocument(transaction, request, index, written);
      }
      return true;
    });
    if (!created) await this.discard();
    this.#open = false;
    return created ? 'created' : 'exists';
  }

  async discard(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    // What is written after its row was removed would stay for ever.
    await Promise.allSettled(this.#writing);
    for (const { object } of this.#documents)
      await dropObject(this.#records, this.#store, object, { mayCome: this.#late.has(object) });
  }

  #assertOpen(): void {
    if (!this.#open) throw new Error('This start was already committed or discarded.');
  }
}

function checkedName(given: string, index: number, others: readonly NamedDocument[]): string {
  const field = `documents[${index}]`;
  const problem = documentNameProblem(given);
  if (problem !== undefined) {
    throw new VideoIdError('BAD_DOCUMENT_NAME', `The document name ${problem}.`, {
      field,
      remedy: 'Rename the document.',
    });
  }
  const folded = foldedDocumentName(given);
  if (others.some(({ name }) => foldedDocumentName(name) === folded)) {
    throw new VideoIdError('DUPLICATE_DOCUMENT_NAME', 'Two documents have the same name.', {
      field,
      remedy: 'Rename one of them. Capitals do not count.',
    });
  }
  return normalisedDocumentName(given);
}

/** Opens a document on this machine. The error does not show the path, which contains the document's name. */
async function openedDocument(path: string, index: number): Promise<Readable> {
  const problem = await stat(path).then(
    (found) => (found.isFile() ? undefined : 'not a file'),
    (error: unknown) => errorCode(error) ?? 'unknown',
  );
  if (problem === undefined) return createReadStream(path);
  throw new VideoIdError('DOCUMENT_NOT_FOUND', 'The document cannot be opened.', {
    field: `documents[${index}]`,
    remedy: 'Name a file that this process may read.',
    facts: { reason: problem },
  });
}

function describes(recorded: readonly NamedDocument[], added: readonly NamedDocument[]): boolean {
  return (
    recorded.length === added.length &&
    recorded.every((document, at) => {
      const other = added[at];
      return (
        other !== undefined &&
        document.index === other.index &&
        document.name === other.name &&
        document.size === other.size &&
        document.sha256 === other.sha256
      );
    })
  );
}

function copyChanged(): VideoIdError {
  return new VideoIdError('ARCHIVE_UNAVAILABLE', 'Somebody changed a temporary copy of a document.', {
    remedy: 'Try again. Check who can write to the folder TMPDIR of this process.',
    facts: { reason: 'copy changed' },
  });
}
