import { Readable } from 'node:stream';
import type { HttpAnswer } from './http.js';
import { Loss } from './loss.js';

/** A PDF from the provider. Read it to its end or destroy it: otherwise the connection stays open. */
export interface PdfStream {
  /** Fails with a `ProviderError` if the download is cut or stops. */
  stream: Readable;
  /** Bytes, if the provider states them. */
  size: number | undefined;
}

/** How a PDF is read. */
export interface PdfOptions {
  /** Set on an operator's decision: any content that comes with a 2xx is returned, even if it is not a PDF. */
  anyContent?: boolean | undefined;
}

/** The end mark of a PDF is within so many last bytes. */
const TAIL = 1024;

/** The header of a PDF is within so many first bytes. Bytes before it belong to the file. */
export const HEAD = 1024;

/** Whether bytes are the beginning of a PDF. */
export function startsAsPdf(first: Buffer): boolean {
  return first.subarray(0, HEAD).includes('%PDF-');
}

/**
 * The stream of a PDF whose `first` bytes were already read from `rest`. `lost` makes the error for a cut download.
 * If the answer states no length, the PDF's end mark shows that it is complete.
 */
export function pdfStream(
  first: Buffer,
  rest: AsyncIterator<Buffer>,
  answer: HttpAnswer,
  lost: (error: unknown) => unknown,
  { anyContent = false }: PdfOptions = {},
): PdfStream {
  const { 'content-length': length, 'transfer-encoding': encoding } = answer.headers;
  // Without both, the answer ends with the connection, and a cut looks the same.
  const framed = length !== undefined || encoding !== undefined || anyContent;

  async function* pieces(): AsyncGenerator<Buffer> {
    let tail = first.subarray(-TAIL);
    try {
      if (first.length > 0) yield first;
      for (let piece = await rest.next(); piece.done !== true; piece = await rest.next()) {
        if (!framed) tail = Buffer.concat([tail, piece.value]).subarray(-TAIL);
        yield piece.value;
      }
      if (!framed && !tail.includes('%%EOF')) throw new Loss(true, 'the PDF ends before its end mark');
    } catch (error) {
      throw lost(error);
    }
  }
  const stream = Readable.from(pieces(), { objectMode: false });
  stream.once('close', () => answer.body.destroy());
  return {
    stream,
    size: length === undefined ? undefined : Number(length),
  };
}

/** A PDF that came inside an answer. */
export function pdfFrom(bytes: Buffer): PdfStream {
  return { stream: Readable.from([bytes]), size: bytes.length };
}
