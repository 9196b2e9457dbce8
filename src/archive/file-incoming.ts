import { createReadStream } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { VideoIdError } from '../messages/failures.js';
import type { FileDigest, Incoming } from './archive.js';
import type { Disk } from './disk.js';
import { DIRECTORY_MODE, errorCode } from './disk.js';
import { documentNameProblem, foldedDocumentName, normalisedDocumentName } from './document-name.js';
import { attemptDirectory, flowDirectory, referenceDirectory } from './layout.js';
import { checkedRecord, recordText } from './record-file.js';
import type { NamedDocument, RequestRecord } from './request-record.js';
import { requestRecordSchema } from './request-record-schema.js';
import { holdErrors, writeStream } from './stored-stream.js';

/** A start in progress, in its own directory. One rename makes it the attempt's directory. */
export class FileIncoming implements Incoming {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #documents: NamedDocument[] = [];
  #open = true;

  private constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
  }

  static async begin(disk: Disk): Promise<FileIncoming> {
    const directory = disk.draftPath();
    await disk.run(async () => {
      await mkdir(directory, { mode: DIRECTORY_MODE });
      await mkdir(join(directory, 'documents'), { mode: DIRECTORY_MODE });
    });
    return new FileIncoming(disk, directory);
  }

  async addDocument(document: { name: string }, source: Readable | string): Promise<FileDigest & { path: string }> {
    if (typeof source !== 'string') holdErrors(source);
    this.#assertOpen();
    const index = this.#documents.length + 1;
    const name = this.#checkedName(document.name, index);
    const path = join(this.#directory, 'documents', name);
    // Added before the first await, so that documents that are added at once keep their order and different names.
    const entry: NamedDocument = { index, name, size: 0, sha256: '' };
    this.#documents.push(entry);
    const stream = typeof source === 'string' ? await openedDocument(source, index) : source;
    const digest = await writeStream(this.#disk, path, stream);
    Object.assign(entry, digest);
    return { path, ...digest };
  }

  async commit(record: RequestRecord): Promise<'created' | 'exists'> {
    this.#assertOpen();
    const target = this.#disk.path(attemptDirectory(record));
    const checked = checkedRecord(requestRecordSchema, record);
    if (!describes(checked.documents, this.#documents)) {
      throw new VideoIdError('BAD_INPUT', 'The record does not describe the documents that were added.', {
        field: 'documents',
        remedy: 'This is a defect of the calling program.',
      });
    }
    await this.#disk.replace(join(this.#directory, 'request.json'), recordText(checked));
    await this.#disk.flushDirectory(join(this.#directory, 'documents'));
    await this.#disk.flushDirectory(this.#directory);
    const parent = this.#disk.path(referenceDirectory(record.flow, record.reference));
    await this.#disk.makeDirectory(parent);
    const created = await this.#disk.run(() => this.#moveTo(target));
    if (!created) await this.discard();
    this.#open = false;
    await this.#disk.flushDirectory(parent);
    await this.#disk.flushDirectory(this.#disk.path(flowDirectory(record.flow)));
    return created ? 'created' : 'exists';
  }

  async discard(): Promise<void> {
    if (!this.#open) return;
    await this.#disk.remove(this.#directory);
    this.#open = false;
  }

  /** rename(2) replaces an empty directory, but not one with content. An attempt always has `request.json`. */
  async #moveTo(target: string): Promise<boolean> {
    try {
      await rename(this.#directory, target);
      return true;
    } catch (error) {
      const code = errorCode(error);
      if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
      throw error;
    }
  }

  #checkedName(given: string, index: number): string {
    const field = `documents[${index}]`;
    const problem = documentNameProblem(given);
    if (problem !== undefined) {
      throw new VideoIdError('BAD_DOCUMENT_NAME', `The document name ${problem}.`, {
        field,
        remedy: 'Rename the document.',
      });
    }
    const folded = foldedDocumentName(given);
    if (this.#documents.some(({ name }) => foldedDocumentName(name) === folded)) {
      throw new VideoIdError('DUPLICATE_DOCUMENT_NAME', 'Two documents have the same name.', {
        field,
        remedy: 'Rename one of them. Capitals do not count.',
      });
    }
    return normalisedDocumentName(given);
  }

  #assertOpen(): void {
    if (!this.#open) throw new Error('This start was already committed or discarded.');
  }
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
