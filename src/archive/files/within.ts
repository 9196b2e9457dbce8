/**
 * Runs work with a signal that is aborted when the time is over, or with another signal. It has a timer and a controller of its own:
 * in some releases of Node, `AbortSignal.timeout` and `AbortSignal.any` are collected as garbage while somebody waits for them.
 *
 * @param within milliseconds
 */
export async function workWithin<T>(
  within: number,
  work: (signal: AbortSignal) => Promise<T>,
  other?: AbortSignal,
): Promise<T> {
  const over = new AbortController();
  const late = setTimeout(() => over.abort(new DOMException('The time is over.', 'TimeoutError')), within);
  const abort = (): void => over.abort(other?.reason);
  other?.addEventListener('abort', abort, { once: true });
  if (other?.aborted === true) abort();
  try {
    return await work(over.signal);
  } finally {
    clearTimeout(late);
    other?.removeEventListener('abort', abort);
  }
}
