import { z } from 'zod';
import type { Archive } from '../../archive/archive.js';
import { FEED_START, type FeedPosition } from '../../archive/journal.js';
import { VideoIdError } from '../../messages/failures.js';
import type { FeedEntry } from '../../messages/feed.js';

const MOST = 1000;

/** Longer than any cursor. */
const LONGEST_CURSOR = 200;

const position: z.ZodType<FeedPosition> = z.strictObject({
  number: z.int().min(0),
  digest: z.string().regex(/^[0-9a-f]{0,64}$/),
  writtenAt: z.int().min(0),
});

/** The feed after a cursor. @throws VideoIdError BAD_INPUT */
export async function readFeed(
  archive: Archive,
  { after, limit = 100 }: { after?: string | undefined; limit?: number | undefined },
): Promise<{ entries: (FeedEntry & { cursor: string })[]; next: string }> {
  const from = after === undefined ? FEED_START : positionOf(after);
  if (from === undefined)
    throw badInput('after', 'The cursor is not one that we gave.', 'Use `next` of the last answer.');
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST) {
    throw badInput('limit', 'The limit is not a number of entries.', `Give a whole number from 1 to ${MOST}.`);
  }
  const found = await archive.notices.readFeed(from, limit);
  const entries = found.map(({ position: at, entry }) => ({ ...entry, cursor: cursorOf(at) }));
  return { entries, next: entries.at(-1)?.cursor ?? cursorOf(from) };
}

/** A position in the feed, for a URL. It is no secret, and grants nothing. */
function cursorOf({ number, digest, writtenAt }: FeedPosition): string {
  return Buffer.from(JSON.stringify([number, digest, writtenAt])).toString('base64url');
}

/** Undefined for a text that is no cursor. */
function positionOf(cursor: string): FeedPosition | undefined {
  if (cursor.length > LONGEST_CURSOR) return undefined;
  try {
    const [number, digest, writtenAt] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    const { data } = position.safeParse({ number, digest, writtenAt });
    return data !== undefined && cursorOf(data) === cursor ? data : undefined;
  } catch {
    return undefined; // no JSON, or no list
  }
}

function badInput(field: string, message: string, remedy: string): VideoIdError {
  return new VideoIdError('BAD_INPUT', message, { field, remedy });
}
