import type { Kysely } from 'kysely';
import type { Envelope } from '../../messages/journal.js';
import type { Tables } from './schema.js';

/** A run as the archive knows it. */
export interface KnownRun {
  upTo: number;
  /** Another run has said that it continues this one, or was started later. So this one is over. */
  over: boolean;
  /** There is no other run. */
  only: boolean;
}

/**
 * Registers a run, if it is not known, and notes which runs it continues. It has the events of the one that it continues last, as far as
 * that had written them, and as far as they are here. Of two runs after a reset that do not know each other, the one that tells something
 * counts: the other one soon tells nothing more. The caller holds the lock of the attempt.
 */
export async function registerRun(
  db: Kysely<Tables>,
  request: string,
  { run, started, earlier = [] }: Pick<Envelope, 'run' | 'started' | 'earlier'>,
): Promise<KnownRun> {
  const rows = await db
    .selectFrom('runs')
    .select(['run', 'place', 'up_to', 'followed', 'started_at'])
    .where('request', '=', request)
    .execute();
  const known = new Map(rows.map((row) => [row.run, row]));
  const started_at = Date.parse(started);
  const add = async (each: string, followed: 0 | 1, continued?: { run: string; upTo: number }): Promise<void> => {
    const place = known.size + 1;
    const up_to = continued === undefined ? 0 : Math.min(continued.upTo, known.get(continued.run)?.up_to ?? 0);
    const row = { run: each, place, up_to, followed, started_at };
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
  const later = [...known.values()].some((other) => other.started_at > started_at);
  return { upTo: own?.up_to ?? 0, over: own?.followed === 1 || later, only: known.size === 1 };
}

/** Notes that another run continues this one. */
export async function noteFollowed(db: Kysely<Tables>, request: string, run: string): Promise<void> {
  await db.updateTable('runs').set({ followed: 1 }).where('request', '=', request).where('run', '=', run).execute();
}

/** Notes how far the events of a run are written. */
export async function noteUpTo(db: Kysely<Tables>, request: string, run: string, upTo: number): Promise<void> {
  await db.updateTable('runs').set({ up_to: upTo }).where('request', '=', request).where('run', '=', run).execute();
}
