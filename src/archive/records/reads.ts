import { leftOf } from '../../messages/age.js';
import type { Archive } from '../archive.js';
import { plainName } from '../names.js';
import { changed, databaseNow, locked, type Records } from './records.js';

/** The pause between reads of one request at the provider. It counts by the database's clock. */
export function reads(records: Records): Pick<Archive, 'touchRead'> {
  return {
    touchRead: async (key, requestPk, gap) => {
      const request_pk = plainName(requestPk, 'requestPk');
      return await changed(records, key, async (db, request) => {
        if (!(await locked(db, request))) return undefined;
        const { now, last } = await db
          .selectFrom('requests')
          .leftJoin('reads', (join) =>
            join.onRef('reads.request', '=', 'requests.request').on('reads.request_pk', '=', request_pk),
          )
          .select([databaseNow.as('now'), 'reads.read_at as last'])
          .where('requests.request', '=', request)
          .executeTakeFirstOrThrow();
        const left = leftOf(gap, last ?? Number.NaN, now);
        if (left > 0) return left;
        await db
          .insertInto('reads')
          .values({ request, request_pk, read_at: now })
          .onConflict((conflict) => conflict.columns(['request', 'request_pk']).doUpdateSet({ read_at: now }))
          .execute();
        return 0;
      });
    },
  };
}
