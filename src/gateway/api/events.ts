import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { RequestStatus } from '../../messages/status.js';
import type { Call } from './call.js';
import { failureView } from '../../http/failure-answer.js';
import { beginWaiting } from '../../http/waiting.js';

/** Milliseconds between signs of life: proxies close silent connections. */
const SIGN_OF_LIFE = 15_000;

/**
 * Streams a request's changes as Server-Sent Events: `status` with a RequestStatus after each change, `end` after the last,
 * `failure` with a FailureView if watching failed. The answer begins only with the first status, so that a wrong reference
 * gets a status code.
 *
 * @param watch gets a signal. It is aborted when the reader has gone, or when `stop` is aborted
 */
export async function answerEvents(
  context: Call,
  watch: (signal: AbortSignal) => AsyncIterable<RequestStatus>,
  stop: AbortSignal,
): Promise<Response> {
  const { signal, end } = beginWaiting(context.env.outgoing, { stop });
  const statuses = watch(signal)[Symbol.asyncIterator]();
  let next: IteratorResult<RequestStatus>;
  try {
    next = await statuses.next();
  } catch (error) {
    end();
    throw error;
  }
  return streamSSE(context, async (stream) => {
    const quiet = aliveUntilQuiet(stream);
    try {
      for (; next.done !== true; next = await statuses.next()) await send(stream, 'status', next.value);
      if (!signal.aborted) await send(stream, 'end', {});
    } catch (error) {
      if (!signal.aborted) await send(stream, 'failure', failureView(error));
    } finally {
      quiet();
      end();
    }
  });
}

/** Sends signs of life until the returned function is called. A reader that takes none gets no further ones. */
function aliveUntilQuiet(stream: SSEStreamingApi): () => void {
  let taken = true;
  const timer = setInterval(() => {
    if (!taken) return;
    taken = false;
    void stream.write(': \n\n').then(() => (taken = true));
  }, SIGN_OF_LIFE);
  return () => clearInterval(timer);
}

async function send(stream: SSEStreamingApi, event: string, data: object): Promise<void> {
  await stream.writeSSE({ event, data: JSON.stringify(data) });
}
