import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';

/** Opens what is to be sent. A stream that fails before its end cuts the request: the provider never has the whole of it. */
export type FileSource = () => Promise<{ stream: Readable; /** Bytes. */ size: number }>;

/** A file on its way into a multipart part. */
export interface FilePart {
  /** Name of the part. */
  name: string;
  /** The file name the provider sees; never the requester's. */
  fileName: string;
  open: FileSource;
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
 * A multipart body, its PDF read while it is sent. Written by hand because `FormData` over `openAsBlob` costs some 30 MB more at
 * its peak.
 *
 * @throws what opening the file throws: nothing was sent then
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
