import type { Archive } from '../../archive/archive.js';
import { VideoIdError } from '../../messages/failures.js';
import type { FeedEntry } from '../../messages/feed.js';

const MOST = 1000;

/** The feed after a cursor. @throws VideoIdError BAD_INPUT */
export async function readFeed(
  archive: Archive,
  { after = '0', limit = 100 }: { after?: string | undefined; limit?: number | undefined },
): Promise<{ entries: (FeedEntry & { cursor: string })[]; next: string }> {
  if (!/^\d{1,12}$/.test(after))
    throw badInput('after', 'The cursor is not one that we gave.', 'Use `next` of the last answer.');
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST) {
    throw badInput('limit', 'The limit is not a number of entries.', `Give a whole number from 1 to ${MOST}.`);
  }
  const found = await archive.notices.readFeed(Number(after), limit);
  const entries = found.map(({ number, entry }) => ({ ...entry, cursor: String(number) }));
  return { entries, next: entries.at(-1)?.cursor ?? after };
}

function badInput(field: string, message: string, remedy: string): VideoIdError {
  return new VideoIdError('BAD_INPUT', message, { field, remedy });
}
