import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Change, type Changes, markOf } from '../../client.js';
import { defined } from '../../messages/defined.js';
import { VideoIdError } from '../../messages/failures.js';
import type { Call } from './call.js';
import { failureView } from '../../http/failure-answer.js';
import { beginWaiting } from '../../http/waiting.js';

/** Milliseconds between signs of life: proxies close silent connections. */
const SIGN_OF_LIFE = 15_000;

const HEAD = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };

/**
 * Streams a request's changes as Server-Sent Events: `change` with an entry of the journal, whose number and mark are the id of the event; `status`
 * with the status when all entries so far are told; `reset` before all entries come again; `end` after the last; `failure` with a
 * FailureView if following failed. The answer begins only with the first of them, so that a wrong reference gets a status code.
 *
 * It is written without a stream of the web between, because each change goes to every caller. A caller that takes nothing is waited for,
 * so nothing piles up for it, and the server cuts it off.
 *
 * @param follow gets a signal. It is aborted when the reader has gone, or when `stop` is aborted
 */
export async function answerEvents(
  context: Call,
  follow: (signal: AbortSignal) => AsyncIterable<Changes>,
  stop: AbortSignal,
): Promise<Response> {
  const { outgoing } = context.env;
  const waiting = beginWaiting(outgoing, { stop });
  const changes = follow(waiting.signal)[Symbol.asyncIterator]();
  let first: IteratorResult<Changes>;
  try {
    first = await changes.next();
  } catch (error) {
    waiting.end();
    throw error;
  }
  outgoing.writeHead(200, HEAD);
  void tell(outgoing, { first, changes, signal: waiting.signal }).finally(() => {
    waiting.end();
    outgoing.end();
  });
  return RESPONSE_ALREADY_SENT;
}

/**
 * The last entry that a reader knows: of its last event, or the number in its query when it reads for the first time.
 *
 * @throws VideoIdError BAD_INPUT
 */
export function lastKnown(context: Call, after: number | undefined): { after?: number; mark?: string } {
  const field = 'Last-Event-ID';
  const id = context.req.header(field);
  if (id === undefined) return defined({ after });
  const [, number, mark] = /^(\d{1,9})(?:-([0-9a-f]{8}))?$/.exec(id) ?? [];
  if (number !== undefined) return { after: Number(number), ...defined({ mark }) };
  throw new VideoIdError('BAD_INPUT', 'Last-Event-ID: is not an id of this stream.', {
    field,
    remedy: 'Send the id of the last event that you read, or leave it out.',
  });
}

interface Telling {
  first: IteratorResult<Changes>;
  changes: AsyncIterator<Changes>;
  signal: AbortSignal;
}

async function tell(outgoing: ServerResponse, { first, changes, signal }: Telling): Promise<void> {
  const quiet = aliveUntilQuiet(outgoing);
  try {
    for (let next = first; next.done !== true; next = await changes.next()) {
      outgoing.write(bytesOf(next.value));
      if (outgoing.writableNeedDrain) await once(outgoing, 'drain', { signal });
    }
    if (!signal.aborted) outgoing.write(textOf('end', {}));
  } catch (error) {
    if (!signal.aborted) outgoing.write(textOf('failure', failureView(error)));
  } finally {
    quiet();
    await changes.return?.();
  }
}

/** Sends signs of life until the returned function is called. A reader that takes nothing gets none. */
function aliveUntilQuiet(outgoing: ServerResponse): () => void {
  const timer = setInterval(() => {
    if (!outgoing.writableNeedDrain) outgoing.write(': \n\n');
  }, SIGN_OF_LIFE);
  return () => clearInterval(timer);
}

/** Callers who know the same get the same changes, so they are made into bytes once. */
const written = new WeakMap<Changes, Uint8Array>();

function bytesOf(changes: Changes): Uint8Array {
  const known = written.get(changes) ?? Buffer.from(changes.map(changeText).join(''));
  written.set(changes, known);
  return known;
}

function changeText(change: Change): string {
  if ('entry' in change) return textOf('change', change.entry, `${change.entry.number}-${markOf(change.entry)}`);
  return 'status' in change ? textOf('status', change.status) : textOf('reset', {});
}

function textOf(event: string, data: object, id?: string): string {
  return `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}
