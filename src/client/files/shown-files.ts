import { Readable } from 'node:stream';
import type { Archive, ArchiveFile, AttemptKey } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import { defined } from '../../messages/defined.js';
import { VideoIdError } from '../../messages/failures.js';
import { type AttemptOption, isThere, lostFiles } from '../running/access.js';

/** One document of a request. */
export interface DocumentEntry {
  /** 1 to 10, in the order of the start. In an enrolment, documents that were provided later follow. */
  index: number;
  name: string;
  /** Bytes of the document as it was given. */
  size: number;
  /** Of the document as it was given. The signer accepts this one. */
  sha256: string;
  /** Whether the signed file is in the archive. */
  signed: boolean;
  /** The signed file was stored, and is not in the archive now. */
  lost?: true;
}

/** Which form of a file to show, and where it is shown. */
export interface ShowOptions extends AttemptOption {
  /** The file after signing. Otherwise the file as it was given or shown before. */
  signed?: boolean | undefined;
  /** `web`, `cli`, …: goes into the evidence. */
  channel?: string | undefined;
}

/** A file that is being shown. */
export interface ShownFile {
  /** Bytes. */
  size: number;
  stream: Readable;
}

/**
 * Opens a file for somebody to see. `openFile` checks it on the way. When it was sent whole, the archive records that it was
 * shown, with the hash of the sent bytes. If that cannot be recorded, the stream ends with an error.
 */
export async function showFile(
  archive: Archive,
  key: AttemptKey,
  file: ArchiveFile,
  shown: { what: string; channel: string | undefined; facts: Record<string, string | number | boolean> },
): Promise<ShownFile> {
  const { stream, size, sha256 } = await archive.openFile(key, file);
  const record = async (): Promise<void> => {
    await archive.appendEvent(key, {
      at: archive.time(),
      what: shown.what,
      ...defined({ channel: shown.channel }),
      facts: { ...shown.facts, sha256 },
    });
  };
  async function* handedOut(): AsyncGenerator<Uint8Array> {
    yield* stream as AsyncIterable<Uint8Array>;
    await record();
  }
  const shownStream = Readable.from(handedOut(), { objectMode: false });
  shownStream.once('close', () => stream.destroy());
  return { size, stream: shownStream };
}

/** The documents of an attempt, and which of them are there signed. */
export async function documentsOf(archive: Archive, record: RequestRecord): Promise<DocumentEntry[]> {
  const entries: DocumentEntry[] = [];
  const lost = (await lostFiles(archive, record, await archive.readOutcome(record)))?.documents ?? [];
  for (const { index, name, size, sha256 } of record.documents) {
    const signed = await isThere(archive, record, { kind: 'signed', index });
    entries.push({ index, name, size, sha256, signed, ...(lost.includes(index) ? { lost: true } : {}) });
  }
  if (record.flow === 'signature') return entries;
  for (const { file, name, size, sha256 } of (await archive.supplements(record)).flatMap((each) => each.documents)) {
    entries.push({ index: record.documents.length + file, name, size, sha256, signed: false });
  }
  return entries;
}

/** Where the document of an entry lies. */
export function fileOf({ flow, documents }: RequestRecord, index: number, signed: boolean): ArchiveFile {
  if (signed) return { kind: 'signed', index };
  return flow === 'enrolment' && index > documents.length
    ? { kind: 'supplied', index: index - documents.length }
    : { kind: 'document', index };
}

/** For a file that is not there: after the end of the request, nothing stores it any more. */
export function afterItsEnd(archive: Archive, record: RequestRecord): (error: unknown) => Promise<never> {
  return async (error) => {
    const missing = error instanceof VideoIdError && error.code === 'DOCUMENT_NOT_FOUND';
    if (!missing || (await archive.readOutcome(record)) === undefined) throw error;
    throw new VideoIdError('DOCUMENT_NOT_FOUND', 'The file is not in the archive, and the request has ended.', {
      remedy: 'It was never stored, or it is lost. Look for it in a copy of the archive, or ask those who got it.',
      facts: error.facts,
      cause: error,
    });
  };
}
