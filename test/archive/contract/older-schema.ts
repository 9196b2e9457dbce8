import { sql } from 'kysely';
import { FEED_START } from '../../../src/archive/journal.js';
import { openArchive } from '../../../src/archive/open-archive.js';
import { requestOf } from '../../../src/archive/names.js';
import { outcomeOf } from './decisions.js';
import { AT, envelopeOf, eventsFrom } from './envelopes.js';
import { brokenIn } from './interleavings.js';
import { type MakePlace, TestedArchive } from './tested-archive.js';

/** Takes away what the journal added, so that the schema is that of the release before. */
async function withoutJournal({ rows }: TestedArchive): Promise<void> {
  await rows.transaction(async (db) => {
    for (const index of ['events_run_number', 'requests_stage', 'requests_attention', 'requests_attention_code']) {
      await db.schema.dropIndex(index).execute();
    }
    for (const table of ['runs', 'standings']) await db.schema.dropTable(table).execute();
    for (const [table, column] of [
      ['events', 'run'],
      ['events', 'run_number'],
      ['feed', 'written_at'],
    ] as const) {
      await db.schema.alterTable(table).dropColumn(column).execute();
    }
    await db.updateTable('requests').set({ stage: null }).execute();
    await sql`delete from videoid_migration where name = '0002-journal'`.execute(db);
  });
}

/** An archive of the release before the journal. */
export function describeOlderSchema(makePlace: MakePlace): void {
  it('keeps what it has, and the journal goes on behind it', async () => {
    const tested = await TestedArchive.make(makePlace);
    const [running, ended] = [await tested.start(), await tested.start()];
    await tested.archive.recordOutcome(ended, outcomeOf(ended));
    await withoutJournal(tested);
    const request = requestOf(running);
    const entry = { ...running, id: 'a', registrationAuthority: '12', at: AT, what: 'issued-late', status: 'ISSUED' };
    await tested.rows.transaction(async (db) => {
      const content = JSON.stringify({ what: 'link-shown', at: AT });
      const values = { request, token: 't', at: Date.parse(AT), content };
      await db
        .insertInto('events')
        .values([
          { ...values, number: 1 },
          { ...values, number: 2, token: 'u' },
        ] as never)
        .execute();
      await db.updateTable('requests').set({ events: 2 }).where('request', '=', request).execute();
      await db.deleteFrom('feed').execute();
      await db
        .insertInto('feed')
        .values({ number: 1, token: 'x', content: JSON.stringify(entry) })
        .execute();
    });
    const { settings } = tested.place;
    const older = { code: 'ARCHIVE_UNAVAILABLE', facts: { reason: 'older schema' } };
    await expect(openArchive(settings)).rejects.toMatchObject(older);
    const archive = await openArchive(settings, { migrate: true });
    expect((await archive.list({ stage: 'ended' }, { limit: 9 })).map(({ reference }) => reference)).toEqual([
      ended.reference,
    ]);
    expect(await archive.events(running)).toHaveLength(2);
    expect(await archive.readStanding(running)).toBeUndefined();
    await archive.writeJournal(
      running,
      envelopeOf('run', 1, eventsFrom(1, 'a', { at: AT, what: 'stage', facts: { stage: 'review' } })),
    );
    expect((await archive.journal(running)).map(({ number, what }) => [number, what])).toEqual([
      [1, 'link-shown'],
      [2, 'link-shown'],
      [3, 'a'],
      [4, 'stage'],
    ]);
    expect(await brokenIn(tested, running)).toBeUndefined();
    const feed = await archive.notices.readFeed(FEED_START, 9);
    expect(feed.map(({ position, entry: { what } }) => [position.number, what])).toEqual([
      [1, 'issued-late'],
      [2, 'stage'],
    ]);
    // A cursor from then has only the number.
    expect(await archive.notices.readFeed({ number: 1, digest: '', writtenAt: 0 }, 9)).toEqual(feed.slice(1));
    await archive.close();
    await tested.close();
  });
}
