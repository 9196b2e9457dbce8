import type { CallbackCount } from '../messages/callbacks.js';
import type { Outage, ProviderSystem } from '../messages/conditions.js';
import type { FeedEntry } from '../messages/feed.js';
import type { ProcessRecord } from '../messages/processes.js';
import type { FeedPosition } from './journal.js';

/** The feed, outages and running processes, which concern many requests. Its errors are those of the archive. */
export interface Notices {
  /**
   * At most `limit` entries of the feed after a position, in order, each with its own position. New entries are always added at the end,
   * under the next number, 1, 2, …. They come from the events of requests: nothing else adds any.
   *
   * If the last entry of the reader is not there any more, an older database was restored. Then the reader gets all entries that were
   * written after that entry, or shortly before it. So it misses nothing. What it gets again has the same id.
   *
   * @param position that of the last entry read, or `FEED_START`
   */
  readFeed(position: FeedPosition, limit: number): Promise<{ position: FeedPosition; entry: FeedEntry }[]>;

  /** Notes that an Optimizer is out of reach, and why now. If it is noted already, its beginning stays. */
  noteOutage(outage: Outage): Promise<void>;
  readOutage(system: ProviderSystem): Promise<Outage | undefined>;
  /** Harmless if none is noted. */
  endOutage(system: ProviderSystem): Promise<void>;
  /** All outages, sorted. */
  outages(): Promise<Outage[]>;

  /** Notes that a process runs, and forgets those that stopped long ago. To be repeated every minute. */
  noteProcess(process: ProcessRecord): Promise<void>;
  /** Harmless if it is not noted. */
  forgetProcess(process: ProcessRecord): Promise<void>;
  /** The processes that run. */
  processes(): Promise<ProcessRecord[]>;

  /** With which tokens callbacks came, as all gateways counted. */
  callbacks(): Promise<CallbackCount[]>;
}
