import type { Policy } from '../../messages/policy.js';

/** When one request was read, and whether a hint came since. */
export interface Pace {
  /** Milliseconds since 1970. */
  readAt: number;
  hinted: boolean;
}

export const NEVER_READ: Pace = { readAt: -Infinity, hinted: false };

/** Notes a read. It answers all hints that came before it. */
export function readBegun(now: number): Pace {
  return { readAt: now, hinted: false };
}

/** Milliseconds until the request may be read again. */
export function gapLeft({ readAt }: Pace, { gap }: Pick<Policy['watch'], 'gap'>, now: number): number {
  return Math.max(0, readAt + gap - now);
}

/**
 * Milliseconds without a read while a person may act at any moment. If the person is quick, no read is needed. An earlier hint
 * is probably about our own last step, so the pause is then short, but not zero.
 */
export function patience({ hinted }: Pace, { soon, slow }: Pick<Policy['watch'], 'soon' | 'slow'>): number {
  return hinted ? (soon.at(-1) ?? slow) : slow;
}

/** A request that has ended is read this many times slower: nobody waits for it, and a hint still causes a read at once. */
const SLOWER_AFTER_END = 24;

export function paceAfterEnd(watch: Policy['watch']): Policy['watch'] {
  return { ...watch, slow: SLOWER_AFTER_END * watch.slow };
}
