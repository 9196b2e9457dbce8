import type { IndexEntry } from '../../archive/archive.js';
import type { RequestPk } from '../../messages/request.js';
import { remember, stopwatch } from './hint-traffic.js';

/** Finds the request of a provider's id. The archive's index is one implementation. */
export interface RequestIndex {
  readIndex(environment: string, requestPk: string): Promise<IndexEntry | undefined>;
}

/** Reads the index less often: a found request is remembered, a missing one for `unknownFor`. */
export class CachedIndex {
  readonly #index: RequestIndex;
  readonly #unknownFor: number;
  readonly #now: () => number;
  readonly #found = new Map<string, IndexEntry>();
  readonly #unknownUntil = new Map<string, number>();

  /** @param unknownFor milliseconds */
  constructor(index: RequestIndex, unknownFor: number, now: () => number = stopwatch) {
    this.#index = index;
    this.#unknownFor = unknownFor;
    this.#now = now;
  }

  /** Reads the index again, because a later attempt may have reopened the request. @throws as `find` */
  async findAnew(environment: string, requestPk: RequestPk): Promise<IndexEntry | undefined> {
    this.#found.delete(`${environment}/${requestPk}`);
    return await this.find(environment, requestPk);
  }

  /** @throws ARCHIVE_UNAVAILABLE if the index cannot be read. This result is not remembered */
  async find(environment: string, requestPk: RequestPk): Promise<IndexEntry | undefined> {
    const key = `${environment}/${requestPk}`;
    const known = this.#found.get(key);
    if (known) return known;
    const unknownUntil = this.#unknownUntil.get(key);
    if (unknownUntil !== undefined && unknownUntil > this.#now()) return undefined;
    const entry = await this.#index.readIndex(environment, requestPk);
    if (entry) remember(this.#found, key, entry);
    else remember(this.#unknownUntil, key, this.#now() + this.#unknownFor);
    return entry;
  }
}
