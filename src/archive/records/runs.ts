import type { Kysely } from 'kysely';
import type { Tables } from './schema.js';

/** A run as the archive knows it. */
export interface KnownRun {
  place: number;
  upTo: number;
  /** Whether no other run follows it. */
  newest: boolean;
}

/**
 * Registers a run behind all others, if it is not known, and the runs that it continues before it. A run that came late, but which another
 * one continues, gets a place before all others. The caller holds the lock of the attempt.
 *
 * @param earlier runs that it continues, the first one first
 */
export async function registerRun(
  db: Kysely<Tables>,
  request: string,
  run: string,
  earlier: readonly string[],
): Promise<KnownRun> {
  const rows = await db.selectFrom('runs').select(['run', 'place', 'up_to']).where('request', '=', request).execute();
  const places = new Map(rows.map((row) => [row.run, row.place]));
  const put = async (each: string, place: number): Promise<void> => {
    const known = places.has(each);
    places.set(each, place);
    if (known)
      await db.updateTable('runs').set({ place }).where('request', '=', request).where('run', '=', each).execute();
    else await db.insertInto('runs').values({ request, run: each, place, up_to: 0 }).execute();
  };
  const last = () => Math.max(0, ...places.values());
  const first = () => Math.min(1, ...places.values());
  const own = places.get(run);
  if (own === undefined) {
    for (const each of earlier) if (!places.has(each) && each !== run) await put(each, last() + 1);
    await put(run, last() + 1);
  } else {
    for (const each of earlier) {
      if (each !== run && (places.get(each) ?? Infinity) > own) await put(each, first() - 1);
    }
  }
  const place = places.get(run) ?? 0;
  const upTo = rows.find((row) => row.run === run)?.up_to ?? 0;
  return { place, upTo, newest: place === last() };
}

/** Notes how far the events of a run are written. */
export async function noteUpTo(db: Kysely<Tables>, request: string, run: string, upTo: number): Promise<void> {
  await db.updateTable('runs').set({ up_to: upTo }).where('request', '=', request).where('run', '=', run).execute();
}
