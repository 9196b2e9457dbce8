import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Archive, Correction } from '../archive.js';
import { jsonOf, parsed, read, written } from './content.js';
import { writePersonal } from './personal.js';
import { noteSigner } from './people.js';
import { correctionSchema, signerSchema } from './record-schemas.js';
import { changed, found, isRequest, locked, nextNumber, type Records } from './records.js';
import type { Tables } from './schema.js';

type Part = 'addCorrection' | 'dropCorrection' | 'readCorrection' | 'readSigner';

/** Corrected data of the signer. */
export function corrections(records: Records): Pick<Archive, Part> {
  const noteCorrected = async (db: Kysely<Tables>, request: string): Promise<void> => {
    const signer = await signerIn(db, request);
    if (signer !== undefined) await noteSigner(db, request, records.people, signer);
  };
  return {
    addCorrection: async (key, correction) => {
      const content = written(correctionSchema, correction);
      const token = randomUUID();
      const { number } = await changed(records, key, async (db, request) => {
        const next = await nextNumber(db, request, 'corrections', token);
        if (next === undefined || next.before) return next;
        await db.insertInto('corrections').values({ request, number: next.number, token, dropped: 0 }).execute();
        await writePersonal(db, request, `correction-${next.number}`, content);
        await noteCorrected(db, request);
        return next;
      });
      return number;
    },

    // The row stays, so that nobody else gets its number.
    dropCorrection: async (key, number) => {
      await changed(records, key, async (db, request) => {
        if (!(await locked(db, request))) return undefined;
        await db
          .updateTable('corrections')
          .set({ dropped: 1 })
          .where('request', '=', request)
          .where('number', '=', number)
          .execute();
        await writePersonal(db, request, `correction-${number}`, undefined);
        await noteCorrected(db, request);
        return true;
      });
    },

    readCorrection: async (key, number) => {
      const { content } = await found(records, key, (db, request) =>
        db
          .selectFrom('requests')
          .leftJoin('personal', (join) =>
            join.onRef('personal.request', '=', 'requests.request').on('personal.what', '=', `correction-${number}`),
          )
          .select('personal.content')
          .where(isRequest(request))
          .executeTakeFirst(),
      );
      return read(correctionSchema, content, 'personal');
    },

    readSigner: async (key, number) => await found(records, key, (db, request) => signerIn(db, request, number)),
  };
}

/** The signer's e-mail and phone, with the corrections up to `last`. Undefined if the attempt is not there. */
async function signerIn(
  db: Kysely<Tables>,
  request: string,
  last = Number.MAX_SAFE_INTEGER,
): Promise<{ email: string; phone: string } | undefined> {
  const row = await db
    .selectFrom('requests')
    .leftJoin('personal', (join) =>
      join.onRef('personal.request', '=', 'requests.request').on('personal.what', '=', 'signer'),
    )
    .select('personal.content')
    .where(isRequest(request))
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { signer } = parsed(signerSchema, jsonOf(row.content), 'personal');
  for (const { email = signer.email, phone = signer.phone } of await correctionsUpTo(db, request, last)) {
    Object.assign(signer, { email, phone });
  }
  return signer;
}

async function correctionsUpTo(db: Kysely<Tables>, request: string, last: number): Promise<Correction[]> {
  const rows = await db
    .selectFrom('corrections')
    .innerJoin('personal', (join) =>
      join
        .onRef('personal.request', '=', 'corrections.request')
        .on(sql<boolean>`personal.what = 'correction-' || cast(corrections.number as text)`),
    )
    .select('personal.content')
    .where('corrections.request', '=', request)
    .where('corrections.dropped', '=', 0)
    .where('corrections.number', '<=', last)
    .orderBy('corrections.number')
    .execute();
  return rows.map(({ content }) => parsed(correctionSchema, jsonOf(content), 'personal'));
}
