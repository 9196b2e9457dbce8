import { timingSafeEqual } from 'node:crypto';
import { ArchiveKeys } from './archive-keys.js';
import type { KeyRing } from './keys.js';

/** A keyed fingerprint, with the id of the key that made it. */
export interface Fingerprint {
  keyId: string;
  /** Lower-case hex. */
  fingerprint: string;
}

/**
 * Fingerprints of orders, to see whether two orders are the same. They are keyed: from a plain hash, a six-digit code could be found by
 * trying. The codec keys are kept as long as Temporal's records.
 */
export class Fingerprints {
  readonly #keys: ArchiveKeys;

  constructor(archiveId: string, codecKeys: KeyRing | undefined) {
    this.#keys = new ArchiveKeys(archiveId, codecKeys, 'videoid order fingerprint');
  }

  of(text: string): Fingerprint {
    const { current } = this.#keys;
    return { keyId: current, fingerprint: this.#keys.digest(current, text)?.toString('hex') ?? '' };
  }

  /** Whether the fingerprint is that of the text. False also if its key no longer exists. */
  matches({ keyId, fingerprint }: Fingerprint, text: string): boolean {
    const wanted = this.#keys.digest(keyId, text);
    const given = Buffer.from(fingerprint, 'hex');
    return wanted !== undefined && given.length === wanted.length && timingSafeEqual(given, wanted);
  }
}
