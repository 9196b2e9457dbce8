import type { AttemptKey } from '../archive.js';
import { requestOf } from '../names.js';
import type { Listening } from './database/database.js';
import type { Records } from './records.js';

/** The most ids in one statement. */
const IDS_AT_ONCE = 500;

/** Those who follow requests, and one listener for all of them. It starts with the first one. */
export class Following {
  readonly #records: Records;
  readonly #followers = new Map<string, Set<{ heard: () => void }>>();
  /** What the last look found about each request. */
  readonly #seen = new Map<string, string>();
  #listening: Listening | undefined;

  constructor(records: Records) {
    this.#records = records;
  }

  /** See `JournalRecords.follow`. @throws BAD_REFERENCE, BAD_INPUT */
  follow(key: AttemptKey, heard: () => void): () => void {
    const request = requestOf(key);
    const follower = { heard };
    const others = this.#followers.get(request);
    if (others === undefined) this.#followers.set(request, new Set([follower]));
    else others.add(follower);
    this.#listening ??= this.#records.database.listen({
      wanted: () => this.#followers.size > 0,
      told: (told) => this.#call(told),
      look: async () => await this.#look(),
    });
    return () => {
      const those = this.#followers.get(request);
      if (those?.delete(follower) !== true || those.size > 0) return;
      this.#followers.delete(request);
      this.#seen.delete(request);
    };
  }

  async close(): Promise<void> {
    this.#followers.clear();
    await this.#listening?.close();
  }

  #call(request: string): void {
    // One who hears it may follow or leave meanwhile.
    const now = this.#followers.get(request)?.values().toArray() ?? [];
    for (const { heard } of now) heard();
  }

  /** Calls those whose request is not as the last look found it. Nobody has looked at a request that was not followed then. */
  async #look(): Promise<void> {
    const followed = [...this.#followers.keys()];
    for (let at = 0; at < followed.length; at += IDS_AT_ONCE) {
      const requests = followed.slice(at, at + IDS_AT_ONCE);
      const found = await this.#states(requests);
      for (const request of requests) {
        const state = found.get(request) ?? 'none';
        if (this.#seen.get(request) === state || !this.#followers.has(request)) continue;
        this.#seen.set(request, state);
        this.#call(request);
      }
    }
  }

  /** Changes whenever the journal of the request, or where it stands, does. */
  async #states(requests: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.#records.database.run(
      (db) =>
        db
          .selectFrom('requests')
          .leftJoin('standings', 'standings.request', 'requests.request')
          .select(['requests.request', 'requests.events', 'requests.outcome', 'requests.deleted_at'])
          .select(['standings.run', 'standings.revision', 'standings.failing'])
          .where('requests.request', 'in', [...requests])
          .execute(),
      0,
    );
    return new Map(rows.map(({ request, ...state }) => [request, JSON.stringify(Object.values(state))]));
  }
}
