import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';

/** Opens the file to send. If its stream fails, the request is cut, so the provider never gets a complete file. */
export type FileSource = () => Promise<{ stream: Readable; /** Bytes. */ size: number }>;

/** A file for a multipart body. */
export interface FilePart {
  /** Name of the part. */
  name: string;
  /** The file name that the provider sees. It is never the requester's. */
  fileName: string;
  open: FileSource;
}

/** The parts of a multipart body, in this order. */
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
 * A multipart body that streams its PDF. It is written by hand, because `FormData` with `openAsBlob` needs about 30 MB more memory.
 *
 * @throws what opening the file throws, before anything is sent
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
  const file = await part?.open();
  async function* pieces(): AsyncGenerator<Buffer> {
    yield head;
    if (file !== undefined) yield* file.stream as AsyncIterable<Buffer>;
    yield tail;
  }
  const stream = Readable.from(pieces(), { objectMode: false });
  stream.once('close', () => file?.stream.destroy());
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    length: head.length + (file?.size ?? 0) + tail.length,
    stream,
  };
}

function headOf(boundary: string, disposition: string): string {
  return `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n`;
}
