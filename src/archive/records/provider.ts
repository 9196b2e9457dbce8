import type { Archive } from '../archive.js';
import { checked, parsed, read, written } from './content.js';
import { apart, together, writePersonal } from './personal.js';
import { providerDataSchema, uploadsSchema } from './record-schemas.js';
import { changed, found, isRequest, locked, type Records } from './records.js';

type Part = 'writeProvider' | 'readProvider' | 'writeUploads' | 'readUploads';

/** What the provider gave for an attempt. */
export function provider(records: Records): Pick<Archive, Part> {
  return {
    writeProvider: async (key, data) => {
      const whole = checked(providerDataSchema, data);
      const { rest, words } = apart(whole, ['videoidLink']);
      const row = {
        request_pk: whole.requestPk,
        videoid_pk: whole.videoidPk ?? null,
        content: JSON.stringify(rest),
      };
      await changed(records, key, async (db, request) => {
        if (!(await locked(db, request))) return undefined;
        await db
          .insertInto('provider')
          .values({ request, ...row })
          .onConflict((conflict) => conflict.column('request').doUpdateSet(row))
          .execute();
        await writePersonal(db, request, 'link', words);
        return true;
      });
    },

    readProvider: async (key) => {
      const { content, words } = await found(records, key, (db, request) =>
        db
          .selectFrom('requests')
          .leftJoin('provider', 'provider.request', 'requests.request')
          .leftJoin('personal', (join) =>
            join.onRef('personal.request', '=', 'requests.request').on('personal.what', '=', 'link'),
          )
          .select(['provider.content', 'personal.content as words'])
          .where(isRequest(request))
          .executeTakeFirst(),
      );
      return content === null ? undefined : parsed(providerDataSchema, together(content, words), 'provider');
    },

    writeUploads: async (key, uploads) => {
      const content = written(uploadsSchema, uploads);
      await changed(records, key, async (db, request) => {
        if (!(await locked(db, request))) return undefined;
        await db
          .insertInto('uploads')
          .values({ request, content })
          .onConflict((conflict) => conflict.column('request').doUpdateSet({ content }))
          .execute();
        return true;
      });
    },

    readUploads: async (key) => {
      const { content } = await found(records, key, (db, request) =>
        db
          .selectFrom('requests')
          .leftJoin('uploads', 'uploads.request', 'requests.request')
          .select('uploads.content')
          .where(isRequest(request))
          .executeTakeFirst(),
      );
      return read(uploadsSchema, content, 'uploads');
    },
  };
}
