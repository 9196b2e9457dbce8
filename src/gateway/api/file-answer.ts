import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Logger } from '../../logging/logger.js';

/**
 * Streams a file (default: PDF). If it fails, the connection is cut before `Content-Length` is reached, so that no reader takes a
 * part for the whole.
 *
 * @throws what the stream throws before anything was sent
 */
export async function answerFile(
  file: { name: string; size: number; stream: Readable; type?: string },
  outgoing: ServerResponse,
  logger: Logger,
): Promise<Response> {
  const pieces = file.stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  const first = await pieces.next();
  // A file in one chunk is read to its end here, so a failure can still be answered in words.
  const second = first.done === true ? first : await pieces.next();
  const body = Readable.from(orCutOff([first, second], pieces, outgoing, logger), { objectMode: false });
  body.once('close', () => file.stream.destroy());
  return new Response(Readable.toWeb(body) as ReadableStream, {
    headers: {
      'Content-Type': file.type ?? 'application/pdf',
      'Content-Length': String(file.size),
      'Content-Disposition': `attachment; filename*=UTF-8''${encoded(file.name)}`,
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    },
  });
}

/** Passes each chunk on only when the next one, or the end, is there. */
async function* orCutOff(
  [held, next]: [IteratorResult<Uint8Array>, IteratorResult<Uint8Array>],
  pieces: AsyncIterator<Uint8Array>,
  outgoing: ServerResponse,
  logger: Logger,
): AsyncGenerator<Uint8Array> {
  try {
    while (held.done !== true) {
      yield held.value;
      held = next;
      next = held.done === true ? held : await pieces.next();
    }
  } catch (error) {
    logger.error({ error }, 'a file could not be sent to its end');
    outgoing.destroy();
  }
}

/** RFC 8187. */
function encoded(name: string): string {
  return encodeURIComponent(name).replaceAll(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}
