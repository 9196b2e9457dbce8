import type { Archive } from '../archive.js';
import { plainName } from '../names.js';
import { read, written } from './content.js';
import { readNamed, writeNamed } from './named.js';
import { boundOrderSchema } from './record-schemas.js';
import { changed, locked, type Records } from './records.js';

/** Idempotency keys of callers, and the orders they are bound to. */
export function orders(records: Records): Pick<Archive, 'bindOrder' | 'readOrder' | 'noteOrder'> {
  return {
    bindOrder: async (key, given, order) => {
      const name = plainName(given);
      const content = written(boundOrderSchema, order);
      return await changed(records, key, async (db, request) => {
        if (!(await locked(db, request))) return undefined;
        await db
          .insertInto('orders')
          .values({ request, name, content })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        const row = db.selectFrom('orders').select('content').where('request', '=', request).where('name', '=', name);
        return read(boundOrderSchema, (await row.executeTakeFirst())?.content, 'orders');
      });
    },

    readOrder: async (key, name) =>
      read(boundOrderSchema, await readNamed(records, key, 'orders', plainName(name)), 'orders'),

    noteOrder: async (key, name, order) => {
      const content = written(boundOrderSchema, order);
      await writeNamed(records, key, 'orders', { name: plainName(name), content });
    },
  };
}
