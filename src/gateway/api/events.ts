import type { Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { RequestStatus } from '../../messages/status.js';
import { failureView } from './failure-answer.js';

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
  context: Context,
  watch: (signal: AbortSignal) => AsyncIterable<RequestStatus>,
  stop: AbortSignal,
): Promise<Response> {
  const reader = new AbortController();
  const statuses = watch(AbortSignal.any([reader.signal, stop]))[Symbol.asyncIterator]();
  let next = await statuses.next();
  return streamSSE(context, async (stream) => {
    stream.onAbort(() => reader.abort());
    // Tells nginx not to buffer events.
    const alive = setInterval(() => void stream.write(': \n\n'), SIGN_OF_LIFE);
    try {
      for (; next.done !== true; next = await statuses.next()) await send(stream, 'status', next.value);
      if (!stop.aborted) await send(stream, 'end', {});
    } catch (error) {
      if (!reader.signal.aborted && !stop.aborted) await send(stream, 'failure', failureView(error));
    } finally {
      clearInterval(alive);
      await statuses.return?.();
    }
  });
}

async function send(stream: SSEStreamingApi, event: string, data: object): Promise<void> {
  await stream.writeSSE({ event, data: JSON.stringify(data) });
}
