import type { IndexEntry } from '../archive.js';
import { outages } from '../records/outages.js';
import { feedEntrySchema } from '../records/record-schemas.js';
import { written } from '../records/content.js';
import { endImport } from '../records/identity.js';
import { isRequest } from '../records/records.js';
import type { EarlierArchive } from './earlier-archive.js';
import type { Target } from './target.js';
import { within } from './write-attempt.js';

/** Entries of the feed in one transaction. */
const AT_ONCE = 200;

/** Brings the feed into the target. Its numbers stay: they are the cursors of its readers. @returns how many entries there are */
export async function importFeed({ records }: Target, earlier: EarlierArchive): Promise<number> {
  const numbers = await earlier.feedNumbers();
  for (let at = 0; at < numbers.length; at += AT_ONCE) {
    const rows: { number: number; token: string; content: string }[] = [];
    for (const number of numbers.slice(at, at + AT_ONCE)) {
      const content = written(feedEntrySchema, await earlier.feedEntry(number));
      rows.push({ number, token: `imported-${number}`, content });
    }
    await records.database.transaction(async (db) => {
      const added = db
        .insertInto('feed')
        .values(rows)
        .onConflict((conflict) => conflict.doNothing());
      await added.execute();
      const last = rows.at(-1)?.number ?? 0;
      const counter = db.updateTable('counters').set({ value: last });
      await counter.where('name', '=', 'feed').where('value', '<', last).execute();
    });
  }
  return numbers.length;
}

/** Brings the provider's ids into the target. @returns how many there are */
export async function importProviderIds(target: Target, earlier: EarlierArchive): Promise<number> {
  const ids = await earlier.providerIds();
  for (const { environment, requestPk, entry } of ids) {
    if (target.unused || (await isLeftOut(target, environment, requestPk, entry))) {
      await target.bridge.writeIndex(environment, requestPk, entry);
    }
  }
  return ids.length;
}

/** Whether an archive in use lacks an id of a request that it has. A deleted request has no ids. */
async function isLeftOut(
  { bridge, records }: Target,
  environment: string,
  requestPk: string,
  { workflowId }: IndexEntry,
): Promise<boolean> {
  if ((await bridge.readIndex(environment, requestPk)) !== undefined) return false;
  const request = await records.database.run((db) =>
    db.selectFrom('requests').select('request').where(isRequest(workflowId)).executeTakeFirst(),
  );
  return request !== undefined;
}

/** Brings the counts of callbacks into the target, those that were written last at the end. */
export async function importCounts({ bridge }: Target, earlier: EarlierArchive): Promise<void> {
  for (const { gateway, counts } of await earlier.callbackCounts()) await bridge.writeCounts(gateway, counts);
}

/** Makes the target an archive that can be used, with the outages that last. If several imports run, one of them does it. */
export async function finish({ records }: Target, earlier: EarlierArchive): Promise<void> {
  const lasting = await earlier.outages();
  await records.database.transaction(async (transaction) => {
    if (!(await endImport(transaction))) return;
    const topic = outages(within(transaction, records));
    for (const outage of lasting) await topic.noteOutage(outage);
  });
}
