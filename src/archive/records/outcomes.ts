import { isDeepStrictEqual } from 'node:util';
import type { Kysely } from 'kysely';
import { VideoIdError } from '../../messages/failures.js';
import { ATTENTION_LEFT, ENDED } from '../../messages/feed.js';
import type { Outcome } from '../../messages/outcome.js';
import type { Archive } from '../archive.js';
import { checked, parsed } from './content.js';
import { JournalWriter } from './entries.js';
import { apart, together, writePersonal } from './personal.js';
import { outcomeSchema } from './record-schemas.js';
import { changed, found, isRequest, type Records } from './records.js';
import type { Tables } from './schema.js';

/** The event when the copies at the provider are deleted, after the end. */
const CLEANED = 'cleaned';

const FREE_WORDS = ['note', 'textForSigner'] as const;

/** How attempts ended. */
export function outcomes(records: Records): Pick<Archive, 'recordOutcome' | 'readOutcome'> {
  return {
    recordOutcome: async (key, outcome) => {
      if (outcome.reference !== key.reference || outcome.attempt !== key.attempt) {
        throw new VideoIdError('BAD_INPUT', 'The outcome belongs to another attempt.', { field: 'reference' });
      }
      const wanted = checked(outcomeSchema, outcome);
      await changed(records, key, async (db, request) => {
        const journal = await JournalWriter.of(records, db, request);
        if (journal === undefined) return undefined;
        const recorded = outcomeOf(await endingOf(db, request));
        if (recorded !== undefined && !replaces(wanted, recorded)) return true;
        const { rest, words } = apart(wanted, FREE_WORDS);
        await db
          .updateTable('requests')
          .set({ outcome: wanted.outcome, ending: JSON.stringify(rest), ended_at: Date.parse(wanted.at) })
          .where('request', '=', request)
          .execute();
        await writePersonal(db, request, 'ending', words);
        const event = recorded === undefined ? endedEvent(wanted) : { at: timeNow(records), what: CLEANED };
        const { attention: code } = journal.request;
        if (code !== null)
          await journal.addOnce({ token: `${ENDED}/${ATTENTION_LEFT}`, event: attentionLeft(wanted, code) });
        await journal.addOnce({ token: event.what, event });
        await journal.end({ stage: ENDED, attention: null });
        return true;
      });
    },

    readOutcome: async (key) => outcomeOf(await found(records, key, endingOf)),
  };
}

/** The trouble over which the end was recorded. The request itself cannot tell it any more. */
function attentionLeft({ at }: Outcome, code: string) {
  return { at, what: ATTENTION_LEFT, facts: { code } };
}

function endedEvent({ at, actor, outcome, reason, cleanup }: Outcome) {
  return { at, what: ENDED, actor, facts: { outcome, reason, cleanup } };
}

function timeNow({ now }: Records): string {
  return new Date(now()).toISOString();
}

async function endingOf(db: Kysely<Tables>, request: string) {
  return await db
    .selectFrom('requests')
    .leftJoin('personal', (join) =>
      join.onRef('personal.request', '=', 'requests.request').on('personal.what', '=', 'ending'),
    )
    .select(['requests.ending', 'personal.content as words'])
    .where(isRequest(request))
    .executeTakeFirst();
}

function outcomeOf(row: { ending: string | null; words: string | null } | undefined): Outcome | undefined {
  if (row === undefined || row.ending === null) return undefined;
  return parsed(outcomeSchema, together(row.ending, row.words), 'requests');
}

/**
 * Whether an outcome replaces the recorded one. Only the cleanup may change, to `done`. A retry of the activity that recorded the end
 * before the cleanup was done changes nothing.
 *
 * @throws REQUEST_ENDED if it is another one
 */
function replaces(wanted: Outcome, recorded: Outcome): boolean {
  const pair = `${recorded.cleanup} ${wanted.cleanup}`;
  const same = isDeepStrictEqual({ ...recorded, cleanup: wanted.cleanup }, wanted);
  if (same && recorded.cleanup === wanted.cleanup) return false;
  if (same && pair === 'pending done') return true;
  if (same && pair === 'done pending') return false;
  throw new VideoIdError('REQUEST_ENDED', `This attempt has already ended: ${recorded.outcome}.`, {
    remedy: 'Read the recorded outcome. It does not change.',
    facts: { outcome: recorded.outcome, reason: recorded.reason },
  });
}
