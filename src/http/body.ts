import type { IncomingMessage } from 'node:http';
import { VideoIdError } from '../messages/failures.js';

/** The body was not read to its end. */
export class BodyNotRead extends Error {
  override readonly name = 'BodyNotRead';
  readonly reason: 'too-large' | 'too-slow' | 'broken-off';

  constructor(reason: BodyNotRead['reason']) {
    super(`the body is ${reason}`);
    this.reason = reason;
  }
}

export interface BodyLimits {
  /** Bytes. */
  maximumBytes: number;
  /** Milliseconds for the whole body. */
  within: number;
}

/** The failure that a caller sees. */
export function notRead({ reason }: BodyNotRead, { maximumBytes }: BodyLimits): VideoIdError {
  switch (reason) {
    case 'too-large':
      return new VideoIdError('BODY_TOO_LARGE', `The body is larger than ${maximumBytes} bytes.`, {
        field: 'body',
        remedy: `Send at most ${maximumBytes} bytes.`,
        facts: { limit: maximumBytes },
      });
    case 'too-slow':
      return new VideoIdError('BODY_TOO_SLOW', 'The body did not come in time.', {
        field: 'body',
        remedy: 'Send the call again, in one go.',
      });
    case 'broken-off':
      return new VideoIdError('BAD_INPUT', 'The body broke off.', { field: 'body', remedy: 'Send the call again.' });
  }
}

/**
 * Reads a whole small body. Stops at the first chunk over the limit.
 *
 * @throws BodyNotRead
 */
export async function readBody(incoming: IncomingMessage, { maximumBytes, within }: BodyLimits): Promise<Buffer> {
  if (Number(incoming.headers['content-length'] ?? 0) > maximumBytes) throw new BodyNotRead('too-large');
  return await new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => settle(new BodyNotRead('too-slow')), within);

    function onData(chunk: Buffer): void {
      size += chunk.length;
      if (size > maximumBytes) settle(new BodyNotRead('too-large'));
      else chunks.push(chunk);
    }
    function onEnd(): void {
      settle();
    }
    function onBroken(): void {
      settle(new BodyNotRead('broken-off'));
    }
    function settle(failure?: BodyNotRead): void {
      clearTimeout(timer);
      incoming.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken);
      if (!failure) {
        resolve(Buffer.concat(chunks));
        return;
      }
      incoming.pause();
      reject(failure);
    }

    incoming.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken);
  });
}
