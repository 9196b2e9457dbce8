import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { KeyRing } from './keys.js';

/** The id of the key that is derived from the archive's id. */
const ARCHIVE_KEY = 'archive';

/**
 * Keys for digests in the archive, for one purpose. They are derived from the codec keys, which every gateway and client has. Without
 * encryption, the archive's id is used, and anybody who reads the archive can try values.
 */
export class ArchiveKeys {
  /** The id of the key for new digests. */
  readonly current: string;
  readonly #keys: ReadonlyMap<string, KeyObject>;

  constructor(archiveId: string, codecKeys: KeyRing | undefined, purpose: string) {
    const derived = (source: KeyObject): KeyObject =>
      createSecretKey(Buffer.from(hkdfSync('sha256', source, archiveId, purpose, 32)));
    const keys = new Map([[ARCHIVE_KEY, derived(createSecretKey(Buffer.from(archiveId)))]]);
    for (const [id, key] of codecKeys?.keys ?? []) keys.set(`codec:${id}`, derived(key));
    this.#keys = keys;
    this.current = codecKeys === undefined ? ARCHIVE_KEY : `codec:${codecKeys.current}`;
  }

  /** The ids of all keys. */
  get ids(): string[] {
    return [...this.#keys.keys()];
  }

  /** Undefined if the key no longer exists. */
  digest(keyId: string, text: string): Buffer | undefined {
    const key = this.#keys.get(keyId);
    return key === undefined ? undefined : createHmac('sha256', key).update(text, 'utf8').digest();
  }
}
