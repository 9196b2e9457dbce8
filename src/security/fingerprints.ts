import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { KeyRing } from './keys.js';

/** A keyed fingerprint, with the id of the key that made it. */
export interface Fingerprint {
  keyId: string;
  /** Lower-case hex. */
  fingerprint: string;
}

/** Used if there is no codec key. */
const ARCHIVE_KEY = 'archive';

/**
 * Fingerprints of orders, to see whether two orders are the same. They are keyed: from a plain hash, a six-digit code could be found by
 * trying. The keys are derived from the codec keys, which every gateway and client has, and which are kept as long as Temporal's records.
 * Without encryption, the archive's id is used, and anybody who reads the archive can try codes.
 */
export class Fingerprints {
  readonly #current: string;
  readonly #keys: ReadonlyMap<string, KeyObject>;

  constructor(archiveId: string, codecKeys: KeyRing | undefined) {
    const derived = (source: KeyObject): KeyObject =>
      createSecretKey(Buffer.from(hkdfSync('sha256', source, archiveId, 'videoid order fingerprint', 32)));
    const keys = new Map([[ARCHIVE_KEY, derived(createSecretKey(Buffer.from(archiveId)))]]);
    for (const [id, key] of codecKeys?.keys ?? []) keys.set(`codec:${id}`, derived(key));
    this.#keys = keys;
    this.#current = codecKeys === undefined ? ARCHIVE_KEY : `codec:${codecKeys.current}`;
  }

  of(text: string): Fingerprint {
    return { keyId: this.#current, fingerprint: this.#digest(this.#current, text)?.toString('hex') ?? '' };
  }

  /** Whether the fingerprint is that of the text. False also if its key no longer exists. */
  matches({ keyId, fingerprint }: Fingerprint, text: string): boolean {
    const wanted = this.#digest(keyId, text);
    const given = Buffer.from(fingerprint, 'hex');
    return wanted !== undefined && given.length === wanted.length && timingSafeEqual(given, wanted);
  }

  #digest(keyId: string, text: string): Buffer | undefined {
    const key = this.#keys.get(keyId);
    return key === undefined ? undefined : createHmac('sha256', key).update(text, 'utf8').digest();
  }
}
