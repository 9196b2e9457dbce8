import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Logger } from '../logger.js';

/**
 * Streams a file, a PDF if nothing else is said. When it does not end well, the connection is cut before `Content-Length` is reached, so that no reader
 * takes the part for the whole.
 */
export function answerFile(
  file: { name: string; size: number; stream: Readable; type?: string },
  outgoing: ServerResponse,
  logger: Logger,
): Response {
  const body = Readable.from(orCutOff(file.stream, outgoing, logger), { objectMode: false });
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

/** Holds every chunk back until the next one, or the good end, is there. */
async function* orCutOff(stream: Readable, outgoing: ServerResponse, logger: Logger): AsyncGenerator {
  let held: unknown;
  try {
    for await (const chunk of stream) {
      if (held !== undefined) yield held;
      held = chunk;
    }
    if (held !== undefined) yield held;
  } catch (error) {
    logger.error({ error }, 'a file could not be handed out to its end');
    outgoing.destroy();
  }
}

/** RFC 8187. */
function encoded(name: string): string {
  return encodeURIComponent(name).replaceAll(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}
