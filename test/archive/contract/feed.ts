import type { Archive } from '../../../src/archive/archive.js';
import { FEED_START, type FeedPosition } from '../../../src/archive/journal.js';
import { requestOf } from '../../../src/archive/names.js';
import type { FeedEntry } from '../../../src/messages/feed.js';
import { keyOf } from '../sample-start.js';
import { outcomeOf } from './decisions.js';
import { AT, envelopeOf, eventsFrom, newsId, tellNews } from './envelopes.js';
import { type MakePlace, TestedArchive } from './tested-archive.js';

/** Everything in the feed after a position, read page by page. */
export async function readAll(
  { notices }: Archive,
  position: FeedPosition = FEED_START,
  limit = 100,
): Promise<{ position: FeedPosition; entry: FeedEntry }[]> {
  const read: { position: FeedPosition; entry: FeedEntry }[] = [];
  for (;;) {
    const page = await notices.readFeed(read.at(-1)?.position ?? position, limit);
    if (page.length === 0) return read;
    read.push(...page);
  }
}

/** The feed across requests. */
export function describeFeed(makePlace: MakePlace): void {
  let tested: TestedArchive;
  const key = keyOf('told');
  const request = requestOf(key);
  const archive = () => tested.archive;
  beforeAll(async () => {
    tested = await TestedArchive.make(makePlace);
    await tested.start(key);
  });
  afterAll(async () => {
    await tested.close();
  });
  const last = async () => (await readAll(archive())).at(-1)?.position ?? FEED_START;
  const newsAfter = async (position: FeedPosition) => (await readAll(archive(), position)).map(({ entry }) => entry);

  const ids = async (position: FeedPosition) => (await newsAfter(position)).map(({ id }) => id);

  it('numbers entries from 1, and gives them in order from any place', async () => {
    expect(await archive().notices.readFeed(FEED_START, 10)).toEqual([]);
    const names = ['a', 'b', 'a', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
    for (const name of names) await tellNews(archive(), key, name);
    const all = await archive().notices.readFeed(FEED_START, 100);
    expect(all.map(({ position }) => position.number)).toEqual(Array.from({ length: 10 }, (_, at) => at + 1));
    expect(all.map(({ entry }) => entry.id)).toEqual([...new Set(names)].map((name) => newsId(request, name)));
    expect(all[0]?.entry).toEqual({
      ...key,
      id: newsId(request, 'a'),
      registrationAuthority: '12',
      at: AT,
      what: 'deadline-near',
      stage: 'video',
      deadline: AT,
    });
    expect(await archive().notices.readFeed(all[1]?.position ?? FEED_START, 3)).toEqual(all.slice(2, 5));
    expect(await archive().notices.readFeed(all[9]?.position ?? FEED_START, 3)).toEqual([]);
    expect(await readAll(archive(), FEED_START, 3)).toEqual(all);
  });

  it('tells what of the journal is news, once', async () => {
    const at = await last();
    const teller = await tested.start();
    const id = (rest: string) => `${requestOf(teller)}/${rest}`;
    const events = eventsFrom(
      1,
      'created',
      { at: AT, what: 'stage', facts: { stage: 'review' } },
      { at: AT, what: 'attention', facts: { code: 'TLS_FAILED', step: 'create', words: 'free words' } },
      { at: AT, what: 'attention-left', facts: { code: 'TLS_FAILED' } },
      { at: AT, what: 'deadline-near', facts: { stage: 'review', deadline: AT } },
      { at: AT, what: 'issued-late', facts: { status: 'ISSUED', requestPk: '7' } },
    );
    for (let time = 1; time <= 2; time += 1) await archive().writeJournal(teller, envelopeOf('r', 1, events));
    await archive().appendEvent(teller, { at: AT, what: 'issued-late', facts: { status: 'ISSUED', requestPk: '7' } });
    await archive().appendEvent(teller, { at: AT, what: 'issued-late', facts: { status: 'ISSUED', requestPk: '8' } });
    await archive().writeJournal(teller, envelopeOf('r', 2, eventsFrom(1, 'changed')));
    for (const cleanup of ['pending', 'pending', 'done'] as const) {
      await archive().recordOutcome(teller, outcomeOf(teller, { cleanup }));
    }
    const told = await newsAfter(at);
    const hash = expect.stringMatching(/^signature-[^/]+\/\d+\/[0-9a-f]{16}$/);
    const place = { ...teller, registrationAuthority: '12' };
    expect(told).toEqual([
      { ...place, id: hash, at: AT, what: 'stage', stage: 'review' },
      { ...place, id: hash, at: AT, what: 'attention', code: 'TLS_FAILED', step: 'create' },
      { ...place, id: hash, at: AT, what: 'attention-left', code: 'TLS_FAILED' },
      { ...place, id: hash, at: AT, what: 'deadline-near', stage: 'review', deadline: AT },
      { ...place, id: id('issued-late/7'), at: AT, what: 'issued-late', status: 'ISSUED', requestPk: '7' },
      { ...place, id: id('issued-late/8'), at: AT, what: 'issued-late', status: 'ISSUED', requestPk: '8' },
      { ...place, id: id('journal-differs/r/1'), at: expect.any(String), what: 'journal-differs', run: 'r', event: 1 },
      { ...place, id: id('ended'), at: outcomeOf(teller).at, what: 'ended', outcome: outcomeOf(teller).outcome },
    ]);
    expect((await archive().journal(teller)).slice(-2)).toEqual([
      expect.objectContaining({ what: 'ended', actor: outcomeOf(teller).actor }),
      expect.objectContaining({ what: 'cleaned' }),
    ]);
  });

  it('does not tell again what a reset has copied, also if the first run is not known', async () => {
    const teller = await tested.start();
    const entered = eventsFrom(1, { at: AT, what: 'stage', facts: { stage: 'video' } });
    const at = await last();
    await archive().writeJournal(teller, envelopeOf('first', 1, entered));
    const [before] = await newsAfter(at);
    await tested.rows.transaction(async (db) => {
      // As in an older database.
      for (const table of ['events', 'runs', 'standings'] as const) {
        await db.deleteFrom(table).where('request', '=', requestOf(teller)).execute();
      }
      await db.updateTable('requests').set({ events: 0 }).where('request', '=', requestOf(teller)).execute();
    });
    await archive().writeJournal(teller, envelopeOf('second', 1, entered));
    expect(await newsAfter(at)).toEqual([before]);
  });

  it('takes nothing that could not be read back', async () => {
    const at = await last();
    const wrong = { at: AT, what: 'deadline-near', facts: { stage: 'nowhere', deadline: AT } };
    await expect(archive().appendEvent(key, wrong)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await tellNews(archive(), key, 'after');
    expect((await readAll(archive(), at)).map(({ position }) => position.number)).toEqual([at.number + 1]);
  });

  it('reads what was written before the journal', async () => {
    const at = await last();
    const id = 'signature-old/issued-late/471';
    const entry = { ...key, id, registrationAuthority: '12', at: AT, what: 'issued-late', status: 'ISSUED' };
    await tested.rows.run((db) =>
      db
        .insertInto('feed')
        .values({ number: 1000, token: 'old', content: JSON.stringify(entry) })
        .execute(),
    );
    expect(await newsAfter(at)).toEqual([{ ...entry, requestPk: '471' }]);
    await tested.rows.run((db) => db.deleteFrom('feed').where('number', '=', 1000).execute());
  });

  it('gives a reader who knows more than a restored database what it may have missed', async () => {
    for (const name of ['r1', 'r2', 'r3']) await tellNews(archive(), key, name);
    const lost = await last();
    const old = lost.number - 4;
    await tested.rows.transaction(async (db) => {
      // The last two are lost, and one is from long before.
      await db
        .deleteFrom('feed')
        .where('number', '>', lost.number - 2)
        .execute();
      await db
        .updateTable('counters')
        .set({ value: lost.number - 2 })
        .where('name', '=', 'feed')
        .execute();
      await db
        .updateTable('feed')
        .set({ written_at: lost.writtenAt - 601_000 })
        .where('number', '<=', old)
        .execute();
      await db.deleteFrom('events').where('request', '=', request).where('token', '=', 'once/r3').execute();
    });
    // The number of its last entry is not there yet. Then it is that of another entry.
    expect(await ids(lost)).toEqual(['after', 'r1'].map((name) => newsId(request, name)));
    // The last one comes again under its number, but another one has come before it.
    for (const name of ['s', 'r3', 't']) await tellNews(archive(), key, name);
    expect(await ids(lost)).toEqual(['after', 'r1', 's', 'r3', 't'].map((name) => newsId(request, name)));
  });
}
