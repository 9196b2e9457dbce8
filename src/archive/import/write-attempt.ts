import type { Transaction } from 'kysely';
import type { Database } from '../records/database/database.js';
import { calls } from '../records/calls.js';
import { cards } from '../records/cards.js';
import { corrections } from '../records/corrections.js';
import { events } from '../records/events.js';
import { type CurrentFile, makeCurrent } from '../records/files.js';
import { marks } from '../records/marks.js';
import { orders } from '../records/orders.js';
import { outcomes } from '../records/outcomes.js';
import { provider } from '../records/provider.js';
import type { Records } from '../records/records.js';
import { requests } from '../records/requests.js';
import type { Tables } from '../records/schema.js';
import { sealed } from '../records/sealed.js';
import { supplements } from '../records/supplements.js';
import type { ArchiveFile } from '../archive.js';
import type { EarlierAttempt } from './earlier-attempt.js';

/**
 * Adds everything below an attempt, whose row was added in the same transaction.
 *
 * @param records within that transaction
 */
export async function writeBelow(
  records: Records,
  attempt: EarlierAttempt,
  files: readonly { file: ArchiveFile; written: CurrentFile }[],
): Promise<void> {
  const key = attempt.record;
  if (attempt.place !== undefined) await requests(records).movePlace(key, attempt.place);
  await writeCorrections(records, attempt);
  for (const each of attempt.supplements) await supplements(records).addSupplement(key, each);
  for (const each of attempt.cards) await cards(records).noteCard(key, each);
  for (const [name, each] of attempt.sealed) await sealed(records).writeSealed(key, name, each);
  for (const [name, each] of attempt.orders) await orders(records).noteOrder(key, name, each);
  for (const [name, each] of attempt.calls) await calls(records).keepCall(key, name, each);
  if (attempt.provider !== undefined) await provider(records).writeProvider(key, attempt.provider);
  if (attempt.uploads !== undefined) await provider(records).writeUploads(key, attempt.uploads);
  for (const [name, at] of attempt.marks) await marks({ ...records, now: () => at }).mark(key, name);
  for (const each of attempt.events) await events(records).appendEvent(key, each);
  if (attempt.outcome !== undefined) await outcomes(records).recordOutcome(key, attempt.outcome);
  for (const { file, written } of files) {
    await makeCurrent(records, key, file, written, { replace: true, keepFor: 0 });
  }
  for (const [request_pk, read_at] of attempt.reads) {
    const row = { request: key.workflowId, request_pk, read_at };
    await records.database.run((db) => db.insertInto('reads').values(row).execute());
  }
}

/** A dropped correction keeps its number, so that no order finds another correction under it. */
async function writeCorrections(records: Records, { record: key, ...attempt }: EarlierAttempt): Promise<void> {
  const ordered = [...attempt.orders.values()].map(({ verb, number }) => (verb === 'correct' ? (number ?? 0) : 0));
  const last = Math.max(0, ...attempt.corrections.keys(), ...ordered);
  const { addCorrection, dropCorrection } = corrections(records);
  for (let number = 1; number <= last; number += 1) {
    const correction = attempt.corrections.get(number);
    await addCorrection(key, correction ?? { fields: {} });
    if (correction === undefined) await dropCorrection(key, number);
  }
}

/**
 * Records whose reads and writes are all part of one transaction. Otherwise each query of a topic has its own. What they write is no news:
 * the feed is imported by itself.
 */
export function within(transaction: Transaction<Tables>, { database, now, people }: Records): Records {
  const { place, field, schema } = database;
  const run: Database<Tables>['run'] = async (work) => await work(transaction);
  const inIt: Database<Tables>['transaction'] = async (work) => await work(transaction);
  return {
    database: {
      place,
      field,
      schema,
      run,
      transaction: inIt,
      scrub: async () => {},
      tell: async () => {},
      listen: () => ({ close: async () => {} }),
      belongsTo: () => {},
      close: async () => {},
    },
    now,
    people,
    quiet: true,
  };
}
