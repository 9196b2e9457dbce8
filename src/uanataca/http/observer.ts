import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { HttpOrder } from './order.js';

/** Sees the exchanges with one server as they happen. It must not change them. */
export interface Observer {
  sent(order: HttpOrder): Observation;
}

/** One exchange. After `sent` comes `lost`, or `answered` with pieces of the body and `ended`. */
export interface Observation {
  answered(status: number, headers: IncomingHttpHeaders): void;
  piece(bytes: Buffer): void;
  /** The body has ended. `whole` is false if it was cut, or if the caller did not read it to its end. */
  ended(whole: boolean): void;
  lost(loss: unknown): void;
}

/** The same body, seen by the observation. */
export function observed(body: Readable, observation: Observation): Readable {
  let whole = false;
  async function* pieces(): AsyncGenerator<Buffer> {
    for await (const piece of body as AsyncIterable<Buffer>) {
      observation.piece(piece);
      yield piece;
    }
    whole = true;
  }
  const seen = Readable.from(pieces(), { objectMode: false, highWaterMark: 65_536 });
  seen.once('close', () => {
    body.destroy();
    observation.ended(whole);
  });
  return seen;
}
