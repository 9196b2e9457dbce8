import type { FeedEntry } from '../../src/messages/feed.js';
import type { Installation } from './installation.js';

/** Everything that the feed says about a request. */
export async function feedOf({ client }: Installation, reference: string): Promise<FeedEntry[]> {
  const found: FeedEntry[] = [];
  let after: string | undefined;
  for (;;) {
    const { entries, next } = await client.feed({ limit: 1000, ...(after === undefined ? {} : { after }) });
    if (entries.length === 0) return found;
    found.push(...entries.filter((entry) => entry.reference === reference));
    after = next;
  }
}
