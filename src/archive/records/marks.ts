import { randomUUID } from 'node:crypto';
import type { Archive, AttemptKey } from '../archive.js';
import { markName } from '../names.js';
import { timeOf } from './content.js';
import { changed, found, isRequest, locked, type Records } from './records.js';

type Part = 'mark' | 'hasMark' | 'markedAt' | 'unmark';

/** What may happen once. */
export function marks(records: Records): Pick<Archive, Part> {
  const markOf = async (key: AttemptKey, name: string) =>
    await found(records, key, (db, request) =>
      db
        .selectFrom('requests')
        .leftJoin('marks', (join) => join.onRef('marks.request', '=', 'requests.request').on('marks.name', '=', name))
        .select(['marks.set_at', 'marks.token'])
        .where(isRequest(request))
        .executeTakeFirst(),
    );
  const markedAt = async (key: AttemptKey, name: string): Promise<string | undefined> => {
    const { set_at: at } = await markOf(key, markName(name));
    return at === null ? undefined : timeOf(at, 'marks');
  };
  return {
    mark: async (key, given) => {
      const name = markName(given);
      const token = randomUUID();
      return await changed(records, key, async (db, request) => {
        if (!(await locked(db, request))) return undefined;
        await db
          .insertInto('marks')
          .values({ request, name, set_at: records.now(), token })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        const mark = db.selectFrom('marks').select('token').where('request', '=', request).where('name', '=', name);
        return (await mark.executeTakeFirst())?.token === token;
      });
    },

    hasMark: async (key, name) => (await markedAt(key, name)) !== undefined,

    markedAt,

    // By its token: repeated after a lost answer, this must not remove the mark that somebody set meanwhile.
    unmark: async (key, given) => {
      const { token } = await markOf(key, markName(given));
      if (token === null) return;
      await changed(records, key, async (db, request) => {
        if (!(await locked(db, request))) return undefined;
        await db.deleteFrom('marks').where('request', '=', request).where('token', '=', token).execute();
        return true;
      });
    },
  };
}
