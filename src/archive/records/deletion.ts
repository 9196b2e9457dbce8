import type { Kysely } from 'kysely';
import type { Deletion } from '../../messages/deletion.js';
import { VideoIdError } from '../../messages/failures.js';
import type { AttemptKey } from '../archive.js';
import { createMark } from '../marks.js';
import { requestOf } from '../names.js';
import { read, timeOf, written } from './content.js';
import { writePersonal } from './personal.js';
import { deletionSchema } from './record-schemas.js';
import {
  changed,
  databaseNow,
  deletedRequest,
  found,
  isTombstone,
  locked,
  OF_TOMBSTONE,
  type Records,
} from './records.js';
import type { Tables } from './schema.js';

/** The most objects that one deletion removes. The sweeper removes the others. */
const MOST = 1000;

/** The tables whose rows belong to an attempt. The objects of its files get rows in `objects` first. */
const BELOW = [
  'metadata',
  'personal',
  'files',
  'marks',
  'calls',
  'corrections',
  'supplements',
  'cards',
  'events',
  'runs',
  'standings',
  'sealed',
  'orders',
  'provider',
  'uploads',
  'reads',
] as const satisfies (keyof Tables)[];

/** The columns of a tombstone that could say something about the person or the content. */
const EMPTIED = {
  profile: '',
  input_hash: '',
  start_key: null,
  settings: '{}',
  metadata: null,
  place: null,
  email_digest: null,
  phone_digest: null,
  stage: null,
  attention: null,
  outcome: null,
  ending: null,
  ended_at: null,
  corrections: 0,
  supplements: 0,
  cards: 0,
  events: 0,
} as const;

/**
 * Makes the row of an attempt its tombstone, and deletes what is below it. The objects of its files may be removed then. Changes
 * nothing if the attempt is deleted already.
 *
 * @throws REQUEST_NOT_FOUND; REQUEST_NOT_ENDED if it has no outcome, and the provider may have a request, or if a later attempt runs
 */
export async function bury(records: Records, key: AttemptKey, deletion: Deletion): Promise<void> {
  const content = written(deletionSchema, deletion);
  await changed(records, key, async (db, request) => {
    if (!(await locked(db, request))) return await isThere(db, request);
    await assertOver(db, request, key.attempt);
    await assertNotNeeded(db, key);
    await removeBelow(db, request);
    await db
      .updateTable('requests')
      .set({ ...EMPTIED, deleted_at: records.now() })
      .where('request', '=', request)
      .execute();
    await writePersonal(db, request, 'deletion', content);
    await records.database.tell(db, request);
    return true;
  });
}

/** Deletes everything below an attempt. The objects of its files may be removed then. */
export async function removeBelow(db: Kysely<Tables>, request: string): Promise<void> {
  await releaseObjects(db, request);
  for (const table of BELOW) await db.deleteFrom(table).where('request', '=', request).execute();
}

/** What is known about a deletion. Undefined if the attempt is not deleted. @throws REQUEST_NOT_FOUND */
export async function readTombstone(
  records: Records,
  key: AttemptKey,
): Promise<{ deletedAt: string; deletion?: Deletion } | undefined> {
  const { at, content } = await found(records, key, (db, request) =>
    db
      .selectFrom('requests')
      .leftJoin('personal', (join) =>
        join.onRef('personal.request', '=', 'requests.request').on('personal.what', '=', 'deletion'),
      )
      .select(['requests.deleted_at as at', 'personal.content'])
      .where('requests.request', '=', request)
      .executeTakeFirst(),
  );
  if (at === null) return undefined;
  const deletion = read(deletionSchema, content, 'personal');
  return { deletedAt: timeOf(at, 'requests'), ...(deletion && { deletion }) };
}

/** @throws REQUEST_DELETED */
export async function assertNotDeleted({ database }: Records, key: AttemptKey): Promise<void> {
  const row = await database.run((db) =>
    db.selectFrom('requests').select(OF_TOMBSTONE).where('request', '=', requestOf(key)).executeTakeFirst(),
  );
  if (row !== undefined && isTombstone(row)) throw deletedRequest(row);
}

/** The objects of a deleted attempt that are still to be removed. Those that were being written must wait. */
export async function objectsLeft(
  { database }: Records,
  request: string,
): Promise<{ object: string; removable: boolean }[]> {
  const rows = await database.run((db) =>
    db.selectFrom('objects').select(['object', 'state']).where('request', '=', request).limit(MOST).execute(),
  );
  return rows.map(({ object, state }) => ({ object, removable: state === 'discarded' }));
}

async function isThere(db: Kysely<Tables>, request: string): Promise<true | undefined> {
  const row = await db.selectFrom('requests').select('deleted_at').where('request', '=', request).executeTakeFirst();
  return row === undefined ? undefined : true;
}

/** An attempt without an outcome may be deleted only if nothing was ever created for it. */
async function assertOver(db: Kysely<Tables>, request: string, attempt: number): Promise<void> {
  const row = await db.selectFrom('requests').select('ending').where('request', '=', request).executeTakeFirst();
  if (row?.ending !== null && row?.ending !== undefined) return;
  const created = await db
    .selectFrom('marks')
    .select('name')
    .where('request', '=', request)
    .where('name', '>=', createMark(''))
    .where('name', '<', createMark('~'))
    .limit(1)
    .executeTakeFirst();
  const known = await db.selectFrom('provider').select('request_pk').where('request', '=', request).executeTakeFirst();
  if (created === undefined && known === undefined) return;
  throw new VideoIdError('REQUEST_NOT_ENDED', `Attempt ${attempt} has not ended, and the provider may have it.`, {
    field: 'reference',
    remedy: 'Cancel it first. If Temporal does not run it, `videoid resume` continues it, so that it can be cancelled.',
    facts: { attempt },
  });
}

/** A later attempt may have begun since somebody decided to delete this one. It may need its data. */
async function assertNotNeeded(db: Kysely<Tables>, { flow, reference, attempt }: AttemptKey): Promise<void> {
  const later = await db
    .selectFrom('requests')
    .select('attempt')
    .where('flow', '=', flow)
    .where('reference', '=', reference)
    .where('attempt', '>', attempt)
    .where('ending', 'is', null)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  if (later === undefined) return;
  throw new VideoIdError('REQUEST_NOT_ENDED', `Attempt ${later.attempt} has not ended, and may need this one.`, {
    field: 'reference',
    remedy: 'Cancel it first, or delete it too.',
    facts: { attempt: later.attempt },
  });
}

/** Current and replaced files become objects that nobody needs. One that is being written is removed by its writer, or swept. */
async function releaseObjects(db: Kysely<Tables>, request: string): Promise<void> {
  await db
    .insertInto('objects')
    .columns(['object', 'request', 'kind', 'number', 'state', 'expires_at'])
    .expression((given) =>
      given
        .selectFrom('files')
        .select((row) => [
          'object',
          'request',
          'kind',
          'number',
          row.val<'discarded'>('discarded').as('state'),
          databaseNow.as('expires_at'),
        ])
        .where('request', '=', request),
    )
    .execute();
  await db
    .updateTable('objects')
    .set({ state: 'discarded', expires_at: databaseNow })
    .where('request', '=', request)
    .where('state', '=', 'replaced')
    .execute();
}
