import type { Outage, ProviderSystem } from '../messages/conditions.js';
import type { FeedEntry } from '../messages/feed.js';

/** What is said once for many requests, or in order to whoever asks. Errors as everywhere in the archive. */
export interface Notices {
  /** Adds an entry to the feed under the next number, 1, 2, …. */
  appendFeed(entry: FeedEntry): Promise<number>;
  /** At most `limit` entries after number `after`, in order. No entry ever appears before one that was read. */
  readFeed(after: number, limit: number): Promise<{ number: number; entry: FeedEntry }[]>;

  /** Notes that an Optimizer is out of reach; changes nothing while one is noted for it. */
  noteOutage(outage: Outage): Promise<void>;
  readOutage(system: ProviderSystem): Promise<Outage | undefined>;
  /** Harmless when none is noted. */
  endOutage(system: ProviderSystem): Promise<void>;
  /** All that are noted, sorted. */
  outages(): Promise<Outage[]>;
}
