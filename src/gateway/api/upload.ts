import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import type { TemporaryCopies, TemporaryRoom } from '../../archive/temporary-copies.js';
import type { StartInput } from '../../client.js';
import { VideoIdError } from '../../messages/failures.js';
import type { BodyLimits } from '../../http/body.js';
import { isJson, readJson, wrongType } from './call-input.js';

export interface UploadLimits {
  /** Holds uploads until the start has stored them. For uploads alone: the start makes copies too, and would wait for the room of its own uploads. */
  copies: TemporaryCopies;
  /** Bytes per document. */
  maximumBytes: number;
  maximumCount: number;
  /** Bytes of the `request` part. */
  maximumRequestBytes: number;
  /** A sender that sends almost nothing for this time is cut off. Milliseconds. */
  silence: number;
}

/** Bytes that must come within `silence`. Otherwise a sender of single bytes could hold the connection forever. */
const LEAST = 1000;

const UPLOAD_TYPE = 'multipart/form-data';
const MULTIPART = /^multipart\/form-data\b/i;

/** A received start or provision, with its documents as files. */
export interface Received<Input> {
  input: Input;
  /** Removes the files. */
  remove(): Promise<void>;
}

/**
 * Receives a start or a provision: multipart/form-data with first the part `request` (JSON), then parts `document` with a file
 * name. Every document is streamed to a file, never held in memory. A broken upload starts nothing.
 *
 * @throws VideoIdError BAD_INPUT, WRONG_CONTENT_TYPE, DOCUMENT_TOO_LARGE, TOO_MANY_DOCUMENTS, ARCHIVE_FULL, ARCHIVE_UNAVAILABLE; nothing stays
 */
export async function receiveUpload<Input = StartInput>(
  incoming: IncomingMessage,
  limits: UploadLimits,
): Promise<Received<Input>> {
  const parser = openParser(incoming, limits);
  const room = await limits.copies.room({ bytes: mostBytesOf(incoming, limits) });
  const remove = async (): Promise<void> => room.release();
  try {
    const input = (await receiveParts(incoming, parser, limits, room)) as Input;
    room.trim();
    return { input, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Accepts multipart with documents, or JSON without. */
export async function receive<Input>(
  incoming: IncomingMessage,
  { uploads, limits }: { uploads: UploadLimits; limits: BodyLimits },
): Promise<Received<Input>> {
  if (MULTIPART.test(incoming.headers['content-type'] ?? '')) return await receiveUpload(incoming, uploads);
  if (!isJson(incoming)) throw wrongType(`${UPLOAD_TYPE} or application/json`);
  const input = withoutDocuments(await readJson(incoming, limits)) as Input;
  return { input, remove: async () => undefined };
}

function openParser(incoming: IncomingMessage, limits: UploadLimits): BusboyInstance {
  const contentType = incoming.headers['content-type'] ?? '';
  if (!MULTIPART.test(contentType)) throw wrongType(UPLOAD_TYPE);
  if (!/boundary=/i.test(contentType)) throw malformed('its Content-Type has no boundary');
  try {
    return new Busboy({
      headers: { ...incoming.headers, 'content-type': contentType },
      preservePath: true,
      isPartAFile: (field) => field !== 'request',
      limits: {
        fields: 1,
        files: limits.maximumCount,
        fieldSize: limits.maximumRequestBytes,
        fileSize: limits.maximumBytes,
        headerPairs: 20,
        headerSize: 8192,
      },
    });
  } catch {
    throw malformed('its boundary cannot be used');
  }
}

async function receiveParts(
  incoming: IncomingMessage,
  parser: BusboyInstance,
  limits: UploadLimits,
  room: TemporaryRoom,
): Promise<object> {
  const parts: Readable[] = [];
  const writes: Promise<void>[] = [];
  const documents: { name: string; content: string }[] = [];
  let request: object | undefined;
  let received = 0;
  let heard = 0;
  let silence: NodeJS.Timeout | undefined;

  const takeRequest = (field: string, value: string, cut: boolean): void => {
    if (field !== 'request' || cut) throw malformed('the part "request" is missing or too large');
    request = requestOf(value);
  };
  const takeDocument = (field: string, part: Readable, name: string | undefined): Promise<void> => {
    if (request === undefined) throw malformed('the part "request" must come first');
    if (field !== 'document') throw malformed('it has a part that is neither "request" nor "document"');
    const document = { name: name ?? '', content: '' };
    documents.push(document);
    return room.add(part).then(({ path }) => {
      document.content = path;
    });
  };

  try {
    await new Promise<void>((resolve, reject) => {
      const refuse = (failure: VideoIdError) => (): void => reject(failure);
      parser
        .on('field', (field, value, _fieldCut, cut) => orRefuse(() => takeRequest(field, value, cut), reject))
        .on('file', (field, part, name) => {
          parts.push(part);
          // The reader of the part reports the error. Without a listener the process would end.
          part.on('error', () => undefined);
          part.on('limit', refuse(tooLarge(parts.length, limits.maximumBytes)));
          const write = orRefuse(() => takeDocument(field, part, name), reject);
          if (write === undefined) return;
          writes.push(write);
          write.catch(reject);
        })
        .on('filesLimit', refuse(tooMany(limits.maximumCount)))
        .on('fieldsLimit', refuse(malformed('it has more than one part "request"')))
        .on('error', refuse(malformed('it is not well-formed')))
        .on('finish', resolve);
      incoming
        .on('data', (chunk: Buffer) => {
          received += chunk.length;
          if (received > mostBytes(limits)) reject(malformed('it is larger than all documents may be together'));
        })
        .on('error', refuse(malformed('it broke off')))
        .on('close', () => incoming.complete || reject(malformed('it broke off')))
        .pipe(parser);
      silence = setInterval(() => {
        if (received - heard < LEAST && !parser.writableNeedDrain) reject(malformed('no more of it arrives'));
        heard = received;
      }, limits.silence);
    });
    await Promise.all(writes);
  } catch (error) {
    incoming.unpipe(parser);
    // Without an error, `pipeline` waits forever for the end of a part that is complete but not read.
    for (const part of parts) part.destroy(new Error('the upload is over'));
    await Promise.allSettled(writes);
    throw error;
  } finally {
    clearInterval(silence);
  }
  if (request === undefined) throw malformed('the part "request" is missing');
  // The client checks every field. Paths in it may only come from this code.
  return { ...request, ...(documents.length === 0 ? {} : { documents }) };
}

/** Allows a little more for what is between the parts. */
function mostBytes({ maximumCount, maximumBytes, maximumRequestBytes }: UploadLimits): number {
  return maximumCount * maximumBytes + 2 * maximumRequestBytes;
}

/** What the sender announces, if it does. */
function mostBytesOf(incoming: IncomingMessage, limits: UploadLimits): number {
  const announced = Number(incoming.headers['content-length'] ?? Number.NaN);
  return announced >= 0 ? Math.min(announced, mostBytes(limits)) : mostBytes(limits);
}

/** Runs part of an event handler, and passes on its errors, which nobody else would catch. */
function orRefuse<T>(take: () => T, reject: (error: unknown) => void): T | undefined {
  try {
    return take();
  } catch (error) {
    reject(error);
    return undefined;
  }
}

function requestOf(value: string): object {
  // For bytes that are no UTF-8. They would become another name or phone number.
  if (value.includes('\uFFFD')) throw malformed('the part "request" is not in UTF-8');
  let request: unknown;
  try {
    request = JSON.parse(value.replace(/^\uFEFF/, ''));
  } catch {
    throw malformed('the part "request" is not JSON');
  }
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    throw malformed('the part "request" is not a JSON object');
  }
  return withoutDocuments(request);
}

/** In JSON, the content of a document would be a path on this machine, so it is refused. @throws VideoIdError BAD_INPUT */
function withoutDocuments(request: object): object {
  if ('documents' in request) throw malformed('documents come as parts "document", not in the JSON');
  return request;
}

function malformed(problem: string): VideoIdError {
  return new VideoIdError('BAD_INPUT', `The upload cannot be used: ${problem}.`, {
    field: 'body',
    remedy: 'Send multipart/form-data: the part "request" with JSON first, then one part "document" per PDF.',
  });
}

function tooLarge(position: number, maximumBytes: number): VideoIdError {
  return new VideoIdError('DOCUMENT_TOO_LARGE', `Document ${position} is larger than ${maximumBytes} bytes.`, {
    field: `documents[${position - 1}]`,
    remedy: 'Send a smaller PDF, or raise documents.maximumBytes.',
    facts: { limit: maximumBytes },
  });
}

function tooMany(maximumCount: number): VideoIdError {
  return new VideoIdError('TOO_MANY_DOCUMENTS', `There are more than ${maximumCount} documents.`, {
    field: 'documents',
    remedy: `Send at most ${maximumCount} per request.`,
    facts: { limit: maximumCount },
  });
}
