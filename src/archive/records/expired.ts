import { sql } from 'kysely';
import { databaseNow, type Records } from './records.js';

/** How many objects one sweep looks at. */
const MOST = 1000;
/** After this time, an object that had to stay is looked at again. Milliseconds. */
const AGAIN_AFTER = 24 * 60 * 60 * 1000;

/** An object whose time is over. It is not claimed yet. */
export interface Expired {
  object: string;
  /** Whether it may hold the only bytes of a file: it was written for an attempt, and that attempt has no such file. */
  onlyCopy: boolean;
}

/** The objects whose time is over, and which nobody needs. */
export async function expiredObjects({ database }: Records): Promise<Expired[]> {
  const rows = await database.run((db) =>
    db
      .selectFrom('objects')
      .leftJoin('files', (join) =>
        join
          .onRef('files.request', '=', 'objects.request')
          .onRef('files.kind', '=', 'objects.kind')
          .onRef('files.number', '=', 'objects.number'),
      )
      .leftJoin('requests', 'requests.request', 'objects.request')
      .select(['objects.object', 'objects.request', 'objects.state', 'files.object as current', 'requests.deleted_at'])
      .where('objects.expires_at', '<=', databaseNow)
      .orderBy('objects.expires_at')
      .limit(MOST)
      .execute(),
  );
  return rows.map(({ object, request, state, current, deleted_at: deleted }) => ({
    object,
    onlyCopy: state === 'writing' && request !== null && current === null && deleted === null,
  }));
}

/** Claims an object for deletion. False if it became a current file meanwhile. After this, it cannot become one. */
export async function claimDeletion({ database }: Records, object: string): Promise<boolean> {
  const row = await database.run((db) =>
    db
      .updateTable('objects')
      .set({ state: 'deleting' })
      .where('object', '=', object)
      .where('expires_at', '<=', databaseNow)
      .where((given) =>
        given.not(given.exists(given.selectFrom('files').select('object').where('object', '=', object))),
      )
      .returning('object')
      .executeTakeFirst(),
  );
  return row !== undefined;
}

/** Leaves an object where it is, and looks at it again tomorrow. */
export async function keep({ database }: Records, object: string): Promise<void> {
  await database.run((db) =>
    db
      .updateTable('objects')
      .set({ expires_at: sql<number>`${databaseNow} + ${sql.lit(AGAIN_AFTER)}` })
      .where('object', '=', object)
      .where('state', '=', 'writing')
      .execute(),
  );
}
