import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Finds what a secret stands for without telling by its timing how much of a guess was right: digests are compared,
 * always with every entry.
 */
export class KnownSecrets<T> {
  readonly #entries: { digest: Buffer; value: T }[];

  constructor(entries: readonly { secret: string; value: T }[]) {
    this.#entries = entries.map(({ secret, value }) => ({ digest: digestOf(secret), value }));
  }

  /** Undefined for a secret that nobody gave. */
  find(candidate: string): T | undefined {
    const digest = digestOf(candidate);
    let found: T | undefined;
    for (const entry of this.#entries) {
      if (timingSafeEqual(entry.digest, digest)) found = entry.value;
    }
    return found;
  }
}

function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest();
}
