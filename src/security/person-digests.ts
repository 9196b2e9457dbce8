import { ArchiveKeys } from './archive-keys.js';
import type { KeyRing } from './keys.js';

/** By what people are looked up. */
export type PersonPart = 'email' | 'phone';

/**
 * Keyed digests of e-mail addresses and phone numbers, to look people up without storing the values once more. Capitals in an address do
 * not count. A digest names its key. It is found as long as that codec key is in the settings, first in the list or not.
 */
export class PersonDigests {
  readonly #keys: ArchiveKeys;

  constructor(archiveId: string, codecKeys: KeyRing | undefined) {
    this.#keys = new ArchiveKeys(archiveId, codecKeys, 'videoid person');
  }

  /** What is stored. @param value as the client normalises it */
  of(part: PersonPart, value: string): string {
    return this.#digest(this.#keys.current, part, value);
  }

  /** Everything that may be stored for the value: one digest for each key. */
  allOf(part: PersonPart, value: string): string[] {
    return this.#keys.ids.map((id) => this.#digest(id, part, value));
  }

  #digest(keyId: string, part: PersonPart, value: string): string {
    const text = `${part}:${part === 'email' ? value.toLowerCase() : value}`;
    return `${keyId}:${this.#keys.digest(keyId, text)?.toString('hex')}`;
  }
}
