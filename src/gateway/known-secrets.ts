import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Finds the value of a secret. It always compares digests with every entry, so its timing does not show how much of a guess
 * was right.
 */
export class KnownSecrets<T> {
  readonly #entries: { digest: Buffer; value: T }[];

  constructor(entries: readonly { secret: string; value: T }[]) {
    this.#entries = entries.map(({ secret, value }) => ({ digest: digestOf(secret), value }));
  }

  /** The values of all secrets. */
  get values(): T[] {
    return this.#entries.map(({ value }) => value);
  }

  /** Undefined for an unknown secret. */
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
