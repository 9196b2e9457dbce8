import type { Kysely } from 'kysely';
import type { FeedEntry } from '../../messages/feed.js';
import type { Actor } from '../../messages/outcome.js';
import { canonicalJson } from '../../security/canonical-json.js';
import type { ArchivedEvent } from '../archive.js';
import { digestOf } from './chain.js';
import { appendNews } from './feed.js';
import { newsOf } from './news.js';
import { apart, writePersonal } from './personal.js';
import { isRequest, type Records } from './records.js';
import type { Tables } from './schema.js';

/** Facts that people write. */
const FREE_WORDS = ['reason', 'note', 'words', 'evidenceSeen'] as const;

/** An event on its way into the journal. */
export interface Entry {
  /** Under which it is written once. */
  token: string;
  event: ArchivedEvent & { actor?: Actor };
  /** Who told it. Absent outside the workflow. */
  run?: { run: string; number: number };
}

/** An event in its columns. Equal events have equal texts. */
export function columnsOf({ facts, ...more }: Entry['event']): { content: string; words: string | undefined } {
  if (facts === undefined) return { content: canonicalJson(more), words: undefined };
  const { rest, words } = apart(facts, FREE_WORDS);
  return { content: canonicalJson({ ...more, facts: rest }), words };
}

const LOCKED = [
  'request',
  'flow',
  'reference',
  'attempt',
  'registration_authority',
  'events',
  'attention',
  'outcome',
] as const;
type Locked = Pick<Awaited<ReturnType<typeof lock>> & object, (typeof LOCKED)[number]>;

async function lock(db: Kysely<Tables>, request: string) {
  return await db
    .updateTable('requests')
    .set((given) => ({ attempt: given.ref('attempt') }))
    .where(isRequest(request))
    .returning(LOCKED)
    .executeTakeFirst();
}

/** Writes into the journal of one attempt, within a transaction that holds the lock of its row. */
export class JournalWriter {
  readonly request: Locked;
  readonly #records: Records;
  readonly #db: Kysely<Tables>;
  readonly #news: FeedEntry[] = [];
  #count: number;
  /** The digest of the last entry. Undefined before it was read. */
  #digest: string | null | undefined;

  private constructor(records: Records, db: Kysely<Tables>, request: Locked) {
    this.#records = records;
    this.#db = db;
    this.request = request;
    this.#count = request.events;
  }

  /** Locks the row of the attempt. Undefined if it is not there. */
  static async of(records: Records, db: Kysely<Tables>, request: string): Promise<JournalWriter | undefined> {
    const row = await lock(db, request);
    return row && new JournalWriter(records, db, row);
  }

  /** Adds an entry. @returns false if there is one with this token @throws BAD_INPUT as `newsOf` */
  async addOnce(entry: Entry): Promise<boolean> {
    const there = this.#db.selectFrom('events').select('number').where('request', '=', this.request.request);
    if ((await there.where('token', '=', entry.token).executeTakeFirst()) !== undefined) return false;
    await this.add(entry);
    return true;
  }

  /** Adds an entry whose token is new. @throws BAD_INPUT as `newsOf` */
  async add({ token, event, run }: Entry): Promise<void> {
    const { request } = this.request;
    const { content, words } = columnsOf(event);
    const previous_digest = await this.#lastDigest();
    const number = this.#count + 1;
    const row = {
      request,
      number,
      at: Date.parse(event.at),
      content,
      run: run?.run ?? null,
      run_number: run?.number ?? null,
    };
    const digest = digestOf(row, previous_digest);
    await this.#db
      .insertInto('events')
      .values({ ...row, token, previous_digest, digest })
      .execute();
    if (words !== undefined) await writePersonal(this.#db, request, `event-${number}`, words);
    this.#count = number;
    this.#digest = digest;
    const news = this.#records.quiet
      ? undefined
      : newsOf(this.request, { event, content, token, runNumber: run?.number });
    if (news !== undefined) this.#news.push(news);
  }

  /**
   * Ends the writing: counts the entries, tells those who follow, and adds the news to the feed. It must be the last thing in the
   * transaction, because it may lock the counter of the feed.
   *
   * @param standing where the request stands now, if that changes
   */
  async end(standing?: { stage: string; attention: string | null }): Promise<void> {
    const { request } = this.request;
    const counted = this.#count === this.request.events ? undefined : { events: this.#count };
    if (counted !== undefined || standing !== undefined) {
      await this.#db
        .updateTable('requests')
        .set({ ...counted, ...standing })
        .where('request', '=', request)
        .execute();
    }
    await this.#records.database.tell(this.#db, request);
    await appendNews(this.#db, this.#news);
  }

  /** By a statement after the one that took the lock. PostgreSQL does not show that one what others wrote while it waited. */
  async #lastDigest(): Promise<string | null> {
    if (this.#digest !== undefined) return this.#digest;
    const last = await this.#db
      .selectFrom('events')
      .select('digest')
      .where('request', '=', this.request.request)
      .where('number', '=', this.#count)
      .executeTakeFirst();
    return last?.digest ?? null;
  }
}
