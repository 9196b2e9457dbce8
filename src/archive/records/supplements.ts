import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Archive } from '../archive.js';
import { checked, jsonOf, parsed } from './content.js';
import { writePersonal } from './personal.js';
import { supplementSchema } from './record-schemas.js';
import { changed, listed, nextNumber, type Records } from './records.js';

/** Data that was provided later for an enrolment. */
export function supplements(records: Records): Pick<Archive, 'addSupplement' | 'supplements'> {
  return {
    addSupplement: async (key, supplement) => {
      const { fields, documents } = checked(supplementSchema, supplement);
      const token = randomUUID();
      const { number } = await changed(records, key, async (db, request) => {
        const next = await nextNumber(db, request, 'supplements', token);
        if (next === undefined || next.before) return next;
        const digests = JSON.stringify(documents.map(({ name: _name, ...digest }) => digest));
        await db
          .insertInto('supplements')
          .values({ request, number: next.number, token, documents: digests })
          .execute();
        const content = JSON.stringify({ fields, names: documents.map(({ name }) => name) });
        await writePersonal(db, request, `supplement-${next.number}`, content);
        return next;
      });
      return number;
    },

    supplements: async (key) => {
      const rows = await listed(records, key, (db, request) =>
        db
          .selectFrom('supplements')
          .innerJoin('personal', (join) =>
            join
              .onRef('personal.request', '=', 'supplements.request')
              .on(sql<boolean>`personal.what = 'supplement-' || cast(supplements.number as text)`),
          )
          .select(['supplements.documents', 'personal.content'])
          .where('supplements.request', '=', request)
          .orderBy('supplements.number')
          .execute(),
      );
      return rows.map((row) => parsed(supplementSchema, assembled(row), 'supplements'));
    },
  };
}

function assembled(row: { documents: string; content: string }): unknown {
  const documents = jsonOf(row.documents);
  const personal = jsonOf(row.content);
  if (!Array.isArray(documents) || typeof personal !== 'object' || personal === null) return undefined;
  const { fields, names } = personal as { fields?: unknown; names?: unknown };
  if (!Array.isArray(names) || names.length !== documents.length) return undefined;
  return { fields, documents: documents.map((digest: object, at) => ({ ...digest, name: names[at] })) };
}
