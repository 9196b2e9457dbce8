import { randomUUID } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { VideoIdError } from '../messages/failures.js';

/** Bytes read from disk at a time. Small, because each piece is garbage once sent. */
const PIECE = 16_384;

/** A file on its way into a multipart part. */
export interface FilePart {
  /** Name of the part. */
  name: string;
  /** The file name the provider sees; never the requester's. */
  fileName: string;
  path: string;
  /** Bytes; a file of another size is not sent. */
  size: number;
}

/** What goes into a multipart body, in this order. */
export interface Form {
  fields?: Readonly<Record<string, string>>;
  file?: FilePart;
}

/** A request body of known length. */
export interface StreamedBody {
  contentType: string;
  /** Bytes. */
  length: number;
  stream: Readable;
}

/**
 * A multipart body, its PDF read from disk while it is sent. Written by hand because `FormData` over `openAsBlob` costs some
 * 30 MB more at its peak.
 *
 * @throws VideoIdError ARCHIVE_UNAVAILABLE when the file cannot be opened or has another size: nothing was sent then.
 */
export async function multipartOf({ fields = {}, file: part }: Form): Promise<StreamedBody> {
  const boundary = `videoid-${randomUUID()}`;
  const parts = Object.entries(fields).map(([name, value]) => `${headOf(boundary, `name="${name}"`)}\r\n${value}\r\n`);
  if (part !== undefined) {
    parts.push(
      `${headOf(boundary, `name="${part.name}"; filename="${part.fileName}"`)}Content-Type: application/pdf\r\n\r\n`,
    );
  }
  const head = Buffer.from(parts.join(''));
  const tail = Buffer.from(`${part === undefined ? '' : '\r\n'}--${boundary}--\r\n`);
  const file = part === undefined ? undefined : { handle: await openWhole(part), size: part.size };
  async function* pieces(): AsyncGenerator<Buffer> {
    yield head;
    if (file !== undefined) yield* piecesOf(file.handle, file.size);
    yield tail;
  }
  const stream = Readable.from(pieces(), { objectMode: false });
  stream.once('close', () => void file?.handle.close());
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    length: head.length + (file?.size ?? 0) + tail.length,
    stream,
  };
}

function headOf(boundary: string, disposition: string): string {
  return `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n`;
}

async function* piecesOf(file: FileHandle, size: number): AsyncGenerator<Buffer> {
  let left = size;
  try {
    for await (const piece of file.createReadStream({ end: size - 1, highWaterMark: PIECE, autoClose: false })) {
      left -= (piece as Buffer).length;
      yield piece as Buffer;
    }
  } catch (error) {
    throw unreadable(error);
  }
  if (left !== 0) throw changed();
}

async function openWhole(part: FilePart): Promise<FileHandle> {
  const file = await open(part.path).catch((error: unknown) => {
    throw unreadable(error);
  });
  const { size } = await file.stat();
  if (size === part.size && size > 0) return file;
  await file.close();
  throw changed();
}

function unreadable(error: unknown): VideoIdError {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
  return new VideoIdError('ARCHIVE_UNAVAILABLE', `A document cannot be read from the archive (${code}).`, {
    remedy: 'Make the archive reachable for this worker.',
  });
}

function changed(): VideoIdError {
  return new VideoIdError('ARCHIVE_UNAVAILABLE', 'A document in the archive has not the size it was recorded with.', {
    remedy: 'Restore the document in the archive; nothing may change it there.',
  });
}
