import type { ServerResponse } from 'node:http';

/** A wait of one call. */
export interface Waiting {
  /** Aborted when the time is over, when the caller has gone, or when the process stops. */
  signal: AbortSignal;
  /** Must be called when the wait has ended, so that nothing stays behind. */
  end: () => void;
}

/**
 * Begins a wait that ends with its time, its caller, or the process.
 *
 * It has a timer and a controller of its own. `AbortSignal.timeout` and `AbortSignal.any` hold each other weakly: in some releases of
 * Node they are collected as garbage while somebody waits for them, and the wait never ends.
 *
 * @param until.within milliseconds. Without it, the wait has no time of its own
 * @param until.stop aborted when the process stops
 */
export function beginWaiting(
  caller: ServerResponse,
  { within, stop }: { within?: number; stop?: AbortSignal } = {},
): Waiting {
  const over = new AbortController();
  const abort = (): void => over.abort();
  const timer = within === undefined ? undefined : setTimeout(abort, within);
  caller.once('close', abort);
  stop?.addEventListener('abort', abort);
  if (hasGone(caller) || stop?.aborted === true) abort();
  return {
    signal: over.signal,
    end: () => {
      clearTimeout(timer);
      caller.off('close', abort);
      stop?.removeEventListener('abort', abort);
    },
  };
}

/** Whether nobody takes the answer any more. */
export function hasGone(caller: ServerResponse): boolean {
  return caller.destroyed || caller.closed;
}

/** What nobody reads, because the caller has gone. Only the counters show it; nginx uses the same number. */
export function unheard(): Response {
  return new Response(null, { status: 499 });
}
