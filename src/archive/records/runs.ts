import type { Kysely } from 'kysely';
import type { Acknowledged } from '../../messages/journal.js';
import type { Tables } from './schema.js';

/** A run as the archive knows it. */
export interface KnownRun {
  upTo: number;
  /** Another run has said that it continues this one. So this one is over. */
  followed: boolean;
}

/**
 * Registers a run, if it is not known, and notes which runs it continues. It has the events of the one that it continues last, as far as
 * that had written them, and as far as they are here. The caller holds the lock of the attempt.
 *
 * @param earlier runs that it continues, the first one first
 */
export async function registerRun(
  db: Kysely<Tables>,
  request: string,
  run: string,
  earlier: readonly Acknowledged[],
): Promise<KnownRun> {
  const rows = await db
    .selectFrom('runs')
    .select(['run', 'place', 'up_to', 'followed'])
    .where('request', '=', request)
    .execute();
  const known = new Map(rows.map((row) => [row.run, row]));
  const add = async (each: string, followed: 0 | 1, continued: Acknowledged | undefined): Promise<void> => {
    const place = known.size + 1;
    const up_to = continued === undefined ? 0 : Math.min(continued.upTo, known.get(continued.run)?.up_to ?? 0);
    const row = { run: each, place, up_to, followed };
    known.set(each, row);
    await db
      .insertInto('runs')
      .values({ request, ...row })
      .execute();
  };
  const isNew = !known.has(run);
  for (const [at, each] of earlier.entries()) {
    const other = known.get(each.run);
    // One that comes late was never asked for what this one has of it.
    if (other === undefined) await add(each.run, 1, isNew ? earlier[at - 1] : undefined);
    else if (other.followed === 0) await noteFollowed(db, request, each.run);
  }
  if (isNew) await add(run, 0, earlier.at(-1));
  const own = known.get(run);
  return { upTo: own?.up_to ?? 0, followed: own?.followed === 1 };
}

async function noteFollowed(db: Kysely<Tables>, request: string, run: string): Promise<void> {
  await db.updateTable('runs').set({ followed: 1 }).where('request', '=', request).where('run', '=', run).execute();
}

/** Notes how far the events of a run are written. */
export async function noteUpTo(db: Kysely<Tables>, request: string, run: string, upTo: number): Promise<void> {
  await db.updateTable('runs').set({ up_to: upTo }).where('request', '=', request).where('run', '=', run).execute();
}
