import type { Kysely, Selectable } from 'kysely';
import { defined } from '../../messages/defined.js';
import type { PersonDigests } from '../../security/person-digests.js';
import type { Archive, AttemptKey } from '../archive.js';
import { checkedFlow, checkedReference } from '../names.js';
import type { RequestRecord } from '../request-record.js';
import { requestRecordSchema } from '../request-record-schema.js';
import { jsonOf, parsed, read, timeOf, written } from './content.js';
import { writePersonal } from './personal.js';
import { digestsOf } from './people.js';
import { placeSchema } from './record-schemas.js';
import { changed, deletedRequest, found, isRequest, isTombstone, OF_TOMBSTONE, type Records } from './records.js';
import type { Tables } from './schema.js';

type Part = 'readRequest' | 'latestAttempt' | 'claimPlace' | 'readPlace' | 'movePlace' | 'listReferences';

/** The attempts themselves, and where they run. */
export function requests(records: Records): Pick<Archive, Part> {
  const { database } = records;
  return {
    readRequest: async (key) => await readRequest(records, key),

    latestAttempt: async (flow, reference) => {
      const [of, name] = [checkedFlow(flow), checkedReference(reference)];
      const row = await database.run((db) =>
        db
          .selectFrom('requests')
          .select(({ fn }) => fn.max('attempt').as('latest'))
          .where('flow', '=', of)
          .where('reference', '=', name)
          .executeTakeFirst(),
      );
      return row?.latest ?? 0;
    },

    claimPlace: async (key, place) => {
      const content = written(placeSchema, place);
      return await changed(records, key, async (db, request) => {
        const row = db.updateTable('requests').where(isRequest(request)).returning('place');
        const claimed = await row
          .set((given) => ({ place: given.fn.coalesce(given.ref('place'), given.val(content)) }))
          .executeTakeFirst();
        return claimed && read(placeSchema, claimed.place, 'requests');
      });
    },

    readPlace: async (key) => {
      const row = await found(records, key, (db, request) =>
        db.selectFrom('requests').select('place').where(isRequest(request)).executeTakeFirst(),
      );
      return read(placeSchema, row.place, 'requests');
    },

    movePlace: async (key, place) => {
      const content = written(placeSchema, place);
      await changed(records, key, (db, request) =>
        db
          .updateTable('requests')
          .set({ place: content })
          .where(isRequest(request))
          .returning('request')
          .executeTakeFirst(),
      );
    },

    listReferences: async (flow) => {
      const rows = await database.run((db) =>
        db
          .selectFrom('requests')
          .select('reference')
          .distinct()
          .where('flow', '=', checkedFlow(flow))
          .where('deleted_at', 'is', null)
          .orderBy('reference')
          .execute(),
      );
      return rows.map(({ reference }) => reference);
    },
  };
}

/** See `Archive.readRequest`. */
export async function readRequest(records: Records, key: AttemptKey): Promise<RequestRecord> {
  const row = await found(records, key, (db, request) =>
    db
      .selectFrom('requests')
      .leftJoin('personal as signer', (join) =>
        join.onRef('signer.request', '=', 'requests.request').on('signer.what', '=', 'signer'),
      )
      .leftJoin('personal as names', (join) =>
        join.onRef('names.request', '=', 'requests.request').on('names.what', '=', 'documents'),
      )
      .select(COLUMNS)
      .select(['signer.content as signer', 'names.content as names'])
      .where(isRequest(request))
      .executeTakeFirst(),
  );
  return parsed(requestRecordSchema, assembled(row), 'requests');
}

const COLUMNS = [
  'requests.request',
  'requests.flow',
  'requests.reference',
  'requests.attempt',
  'requests.environment',
  'requests.registration_authority',
  'requests.profile',
  'requests.input_hash',
  'requests.start_key',
  'requests.settings',
  'requests.metadata',
  'requests.created_at',
] as const;

/**
 * Adds the row of a new attempt.
 *
 * @param more.token made by the caller, who recognises its own row if the answer was lost
 * @returns `before` if this caller added it already; false if another did
 */
export async function insertRequest(
  db: Kysely<Tables>,
  record: RequestRecord,
  { token, people }: { token: string; people: PersonDigests },
): Promise<boolean | 'before'> {
  const { flow, reference, attempt, environment, registrationAuthority, profile, workflowId, inputHash, ...more } =
    record;
  const { startKey, signer, documents, enrolment, metadata, createdAt, ...settings } = more;
  const created_at = Date.parse(createdAt);
  const { fields, ...enrolled } = enrolment ?? {};
  const row = await db
    .insertInto('requests')
    .values({
      request: workflowId,
      flow,
      reference,
      attempt,
      environment,
      registration_authority: registrationAuthority,
      profile,
      input_hash: inputHash,
      token,
      start_key: startKey ?? null,
      settings: JSON.stringify({
        ...settings,
        documents: documents.map(({ name: _name, ...digest }) => digest),
        ...(enrolment && { enrolment: enrolled }),
      }),
      metadata: metadata === undefined ? null : JSON.stringify(metadata),
      created_at,
      stage: 'creating', // as its status says before a worker has begun
      ...digestsOf(people, signer),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('request')
    .executeTakeFirst();
  if (row === undefined) {
    const other = await db.selectFrom('requests').select('token').where('request', '=', workflowId).executeTakeFirst();
    return other?.token === token && 'before';
  }
  for (const [name, value] of Object.entries(metadata ?? {})) {
    await db.insertInto('metadata').values({ request: workflowId, name, value, created_at }).execute();
  }
  await writePersonal(db, workflowId, 'signer', JSON.stringify({ signer, ...defined({ fields }) }));
  await writePersonal(db, workflowId, 'documents', JSON.stringify(documents.map(({ name }) => name)));
  return true;
}

/**
 * Locks the other attempts of a reference, and checks that none of them is deleted: the reference takes no more attempts then.
 *
 * @throws REQUEST_DELETED
 */
export async function assertNoneDeleted(db: Kysely<Tables>, { flow, reference, attempt }: AttemptKey): Promise<void> {
  const rows = await db
    .updateTable('requests')
    .set((given) => ({ attempt: given.ref('attempt') }))
    .where('flow', '=', flow)
    .where('reference', '=', reference)
    .where('attempt', '!=', attempt)
    .returning(OF_TOMBSTONE)
    .execute();
  const deleted = rows.find(isTombstone);
  if (deleted !== undefined) throw deletedRequest(deleted);
}

/** A record from its columns, to be checked. */
function assembled(row: Row): unknown {
  const settings = jsonOf(row.settings);
  const signer = jsonOf(row.signer);
  const names = jsonOf(row.names);
  if (!isObject(settings) || !isObject(signer) || !Array.isArray(names)) return undefined;
  const { documents, enrolment, ...more } = settings;
  if (!Array.isArray(documents) || documents.length !== names.length) return undefined;
  return {
    ...more,
    flow: row.flow,
    reference: row.reference,
    attempt: row.attempt,
    environment: row.environment,
    registrationAuthority: row.registration_authority,
    profile: row.profile,
    workflowId: row.request,
    ...defined({ startKey: row.start_key ?? undefined }),
    signer: signer['signer'],
    documents: documents.map((digest: object, at) => ({ ...digest, name: names[at] })),
    ...(isObject(enrolment) && { enrolment: { ...enrolment, fields: signer['fields'] } }),
    inputHash: row.input_hash,
    ...defined({ metadata: jsonOf(row.metadata) }),
    createdAt: timeOf(row.created_at, 'requests'),
  };
}

type Columns = Selectable<Tables['requests']>;
type Row = Pick<
  Columns,
  | 'request'
  | 'flow'
  | 'reference'
  | 'attempt'
  | 'environment'
  | 'registration_authority'
  | 'profile'
  | 'input_hash'
  | 'start_key'
  | 'settings'
  | 'metadata'
  | 'created_at'
> & { signer: string | null; names: string | null };

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
