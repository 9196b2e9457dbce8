import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Incoming } from '../../archive/archive.js';
import type { NamedDocument } from '../../archive/request-record.js';
import { holdErrors } from '../../archive/files/stored-stream.js';
import { VideoIdError } from '../../messages/failures.js';
import type { Flow } from '../../messages/request.js';
import { checkPdf, type PdfLimits } from '../../signatures/pdf-check.js';

/** A document as the requester gives it. */
export interface StartDocument {
  /** The signer and the provider see it. */
  name: string;
  /** A path, a stream or bytes of one PDF. */
  content: string | Readable | Uint8Array;
}

/** A document's name and hash. They decide whether two starts are the same. */
export type DocumentIdentity = Pick<NamedDocument, 'name' | 'sha256'>;

/** Which files are accepted as documents. */
export type IntakeLimits = PdfLimits;

/** Evidence for an enrolment is not signed, so no certification can break. */
export function limitsFor(flow: Flow, limits: IntakeLimits): IntakeLimits {
  return flow === 'signature' ? limits : { ...limits, certified: 'accept' };
}

/** A document of an earlier attempt. */
export interface EarlierDocument extends DocumentIdentity {
  /** Bytes. */
  size: number;
  open: () => Promise<Readable>;
}

/**
 * Streams the documents into a start in progress, and checks each before it is stored.
 *
 * @throws VideoIdError with the field `documents[…]`, counted from 0 as in the input: DOCUMENT_NOT_FOUND, DOCUMENT_EMPTY,
 *   DOCUMENT_TOO_LARGE and what `checkPdf` throws; ARCHIVE_FULL, ARCHIVE_UNAVAILABLE
 */
export async function takeIn(
  incoming: Incoming,
  documents: readonly StartDocument[],
  limits: IntakeLimits,
): Promise<NamedDocument[]> {
  const taken: NamedDocument[] = [];
  for (const [at, { name, content }] of documents.entries()) {
    taken.push(
      await about(at, documents.length, async () => {
        const source = await bounded(content, limits.maximumBytes);
        const check = async (path: string): Promise<void> => {
          await checkPdf(path, limits);
        };
        const { maximumBytes } = limits;
        const stored = await incoming.addDocument({ name }, source, { maximumBytes, check });
        return { index: at + 1, name, ...stored };
      }),
    );
  }
  return taken;
}

/** Runs a verb that reads documents. Streams that it did not read are destroyed. */
export async function takingStreams<T>(
  documents: readonly StartDocument[] | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const streams = (documents ?? []).map(({ content }) => content).filter((each) => each instanceof Readable);
  for (const stream of streams) holdErrors(stream);
  try {
    return await work();
  } finally {
    for (const stream of streams) stream.destroy();
  }
}

/** @throws VideoIdError TOO_MANY_DOCUMENTS */
export function checkCount(
  { documents = [] }: { documents?: readonly StartDocument[] | undefined },
  limit: number,
): void {
  if (documents.length <= limit) return;
  throw new VideoIdError('TOO_MANY_DOCUMENTS', `There are more than ${limit} documents.`, {
    field: 'documents',
    remedy: 'Split them over several requests.',
    facts: { documents: documents.length, limit },
  });
}

/**
 * Takes the documents of an earlier attempt into a start in progress. With `limits` they are checked again, because the rules may
 * have become stricter since.
 */
export async function takeOver(
  incoming: Incoming,
  documents: readonly EarlierDocument[],
  limits?: IntakeLimits,
): Promise<NamedDocument[]> {
  const taken: NamedDocument[] = [];
  for (const [at, document] of documents.entries()) {
    const check = async (path: string): Promise<void> => {
      if (limits !== undefined) await about(at, documents.length, () => checkPdf(path, limits));
    };
    const stored = await incoming.addDocument(document, await document.open(), {
      maximumBytes: document.size,
      check,
    });
    taken.push({ index: at + 1, name: document.name, ...stored });
  }
  return taken;
}

/**
 * Hashes the documents without storing them. This is enough to recognise a start that was made before.
 *
 * @throws VideoIdError DOCUMENT_NOT_FOUND, DOCUMENT_TOO_LARGE with the field `documents[…]`
 */
export async function identify(documents: readonly StartDocument[], limits: IntakeLimits): Promise<DocumentIdentity[]> {
  const identities: DocumentIdentity[] = [];
  for (const [at, { name, content }] of documents.entries()) {
    const hash = createHash('sha256');
    await about(at, documents.length, async () => {
      await pipeline(await bounded(content, limits.maximumBytes), hash);
    });
    identities.push({ name, sha256: hash.digest('hex') });
  }
  return identities;
}

/** The content as a stream that fails as soon as it is larger than allowed. */
async function bounded(content: StartDocument['content'], maximumBytes: number): Promise<Readable> {
  if (typeof content === 'string') {
    const found = await stat(content).catch((cause: unknown) => notFound(cause));
    if (!found.isFile()) throw notAFile();
    if (found.size > maximumBytes) throw tooLarge(maximumBytes);
    return limited(createReadStream(content), maximumBytes);
  }
  if (content instanceof Readable) return limited(content, maximumBytes);
  if (content.byteLength > maximumBytes) throw tooLarge(maximumBytes);
  return Readable.from([content], { objectMode: false });
}

function limited(source: Readable, maximumBytes: number): Readable {
  let size = 0;
  const limit = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      size += chunk.length;
      if (size > maximumBytes) done(tooLarge(maximumBytes));
      else done(null, chunk);
    },
  });
  holdErrors(limit);
  source.once('error', (error) => limit.destroy(error));
  limit.once('close', () => source.destroy());
  return source.pipe(limit);
}

function notFound(cause: unknown): never {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  throw new VideoIdError('DOCUMENT_NOT_FOUND', 'the file cannot be opened', {
    remedy: 'Name a file that this process may read.',
    facts: { reason },
  });
}

function notAFile(): VideoIdError {
  return new VideoIdError('DOCUMENT_NOT_FOUND', 'it is not a file', { remedy: 'Name a PDF file.' });
}

function tooLarge(limit: number): VideoIdError {
  return new VideoIdError('DOCUMENT_TOO_LARGE', `it is larger than ${limit} bytes`, {
    remedy: 'Send a smaller file, or raise documents.maximumBytes in the settings.',
    facts: { limit },
  });
}

/** Adds to a failure which document it is about. */
async function about<T>(at: number, count: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof VideoIdError) || error.code.startsWith('ARCHIVE_')) throw error;
    throw new VideoIdError(error.code, `Document ${at + 1} of ${count}: ${sentence(error.message)}`, {
      field: error.field?.endsWith('.name') === true ? `documents[${at}].name` : `documents[${at}]`,
      remedy: error.remedy,
      facts: error.facts,
      cause: error,
    });
  }
}

function sentence(words: string): string {
  return words.endsWith('.') ? words : `${words}.`;
}
