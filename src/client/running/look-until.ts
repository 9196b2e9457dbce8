import type { Archive, AttemptKey } from '../../archive/archive.js';
import { Bell } from './bell.js';

/** How long somebody waits for the archive. */
export interface LookOptions {
  /** Milliseconds. */
  within: number;
  /** Milliseconds after which it looks again without news. For what is no part of the journal. */
  every?: number;
  /** Ends the wait. It then throws the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Looks into the archive now, and again after every change of the request, until something is found.
 *
 * @returns undefined if the time is over first
 * @throws the signal's reason; what `look` throws
 */
export async function lookUntil<Found>(
  archive: Pick<Archive, 'follow'>,
  key: AttemptKey,
  look: () => Promise<Found | undefined>,
  { within, every = within, signal }: LookOptions,
): Promise<Found | undefined> {
  const until = performance.now() + within;
  signal?.throwIfAborted();
  const there = await look(); // mostly it is, and then nobody need follow
  if (there !== undefined) return there;
  const bell = new Bell();
  const stop = archive.follow(key, bell.ring);
  signal?.addEventListener('abort', bell.ring);
  try {
    for (;;) {
      signal?.throwIfAborted();
      bell.still();
      const found = await look();
      const left = until - performance.now();
      if (found !== undefined || left <= 0) return found;
      await bell.rung(Math.min(left, every));
    }
  } finally {
    signal?.removeEventListener('abort', bell.ring);
    stop();
  }
}
