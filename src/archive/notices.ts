import type { CallbackCount } from '../messages/callbacks.js';
import type { Outage, ProviderSystem } from '../messages/conditions.js';
import type { FeedEntry } from '../messages/feed.js';
import type { ProcessRecord } from '../messages/processes.js';

/** The feed, outages and running processes, which concern many requests. Its errors are those of the archive. */
export interface Notices {
  /** Adds an entry to the feed under the next number, 1, 2, …. */
  appendFeed(entry: FeedEntry): Promise<number>;
  /** At most `limit` entries after number `after`, in order. New entries are always added at the end. */
  readFeed(after: number, limit: number): Promise<{ number: number; entry: FeedEntry }[]>;

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
