import type { Policy } from '../../messages/policy.js';

/** When one request was read, and whether somebody has said since that something may have changed. */
export interface Pace {
  /** Milliseconds since 1970. */
  readAt: number;
  hinted: boolean;
}

export const NEVER_READ: Pace = { readAt: -Infinity, hinted: false };

/** A read that begins now is the answer to the hints so far. */
export function readBegun(now: number): Pace {
  return { readAt: now, hinted: false };
}

/** Milliseconds until the request may be read again. */
export function gapLeft({ readAt }: Pace, { gap }: Pick<Policy['watch'], 'gap'>, now: number): number {
  return Math.max(0, readAt + gap - now);
}

/**
 * Milliseconds for which the provider is not read while somebody may act at any moment: somebody quick costs no read. A hint
 * that came before is most likely about our own last step, so the pause is then short, but not none.
 */
export function patience({ hinted }: Pace, { soon, slow }: Pick<Policy['watch'], 'soon' | 'slow'>): number {
  return hinted ? (soon.at(-1) ?? slow) : slow;
}

/** Nobody waits for a request that has ended, and a hint still makes it read at once. So it is read this many times slower. */
const SLOWER_AFTER_END = 24;

export function paceAfterEnd(watch: Policy['watch']): Policy['watch'] {
  return { ...watch, slow: SLOWER_AFTER_END * watch.slow };
}
