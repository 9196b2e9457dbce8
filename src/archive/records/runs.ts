import type { Kysely } from 'kysely';
import type { Acknowledged } from '../../messages/journal.js';
import type { Tables } from './schema.js';

/** A run as the archive knows it. */
export interface KnownRun {
  place: number;
  upTo: number;
  /** Whether no other run follows it. */
  newest: boolean;
}

/**
 * Registers a run behind all others, if it is not known, and the runs that it continues before it. It has the events of the one that it
 * continues, as far as that had written them, and as far as they are here. A run that came late, but which another one continues, gets a
 * place before all others. The caller holds the lock of the attempt.
 *
 * @param earlier runs that it continues, the first one first
 */
export async function registerRun(
  db: Kysely<Tables>,
  request: string,
  run: string,
  earlier: readonly Acknowledged[],
): Promise<KnownRun> {
  const rows = await db.selectFrom('runs').select(['run', 'place', 'up_to']).where('request', '=', request).execute();
  const places = new Map(rows.map((row) => [row.run, row.place]));
  const written = new Map(rows.map((row) => [row.run, row.up_to]));
  const move = async (each: string, place: number): Promise<void> => {
    places.set(each, place);
    await db.updateTable('runs').set({ place }).where('request', '=', request).where('run', '=', each).execute();
  };
  const add = async (each: string, continued: Acknowledged | undefined): Promise<void> => {
    const place = last() + 1;
    const up_to = continued === undefined ? 0 : Math.min(continued.upTo, written.get(continued.run) ?? 0);
    places.set(each, place);
    written.set(each, up_to);
    await db.insertInto('runs').values({ request, run: each, place, up_to }).execute();
  };
  const last = () => Math.max(0, ...places.values());
  const first = () => Math.min(1, ...places.values());
  const own = places.get(run);
  if (own === undefined) {
    for (const [at, each] of earlier.entries()) if (!places.has(each.run)) await add(each.run, earlier[at - 1]);
    await add(run, earlier.at(-1));
  } else {
    for (const each of earlier) {
      const other = places.get(each.run);
      if (other === undefined) await add(each.run, undefined);
      if (other === undefined || other > own) await move(each.run, first() - 1);
    }
  }
  const place = places.get(run) ?? 0;
  return { place, upTo: written.get(run) ?? 0, newest: place === last() };
}

/** Notes how far the events of a run are written. */
export async function noteUpTo(db: Kysely<Tables>, request: string, run: string, upTo: number): Promise<void> {
  await db.updateTable('runs').set({ up_to: upTo }).where('request', '=', request).where('run', '=', run).execute();
}
