import { type ExpressionBuilder, type Kysely, type SqlBool, sql } from 'kysely';
import { defined } from '../../messages/defined.js';
import type { Archive } from '../archive.js';
import type { ListedRequest, ListPosition, RequestFilter } from '../request-list.js';
import { jsonOf, parsed, timeOf } from './content.js';
import { listedRequestSchema } from './record-schemas.js';
import type { Records } from './records.js';
import type { Tables } from './schema.js';

/** A prefix or a metadata value of more rows than this is common. Then the list is read in its order, until a page is full. */
const COMMON = 10_000;

/** The most ids in one statement. */
const IDS_AT_ONCE = 500;

interface Page {
  after?: ListPosition | undefined;
  limit: number;
}

/** Lists of requests. */
export function lists(records: Records): Pick<Archive, 'list'> {
  return {
    list: async (filter, page) => {
      const { workflowIds } = filter;
      if (workflowIds === undefined) return await listed(records, filter, page);
      const found: ListedRequest[] = [];
      for (let at = 0; at < workflowIds.length; at += IDS_AT_ONCE) {
        const some = { ...filter, workflowIds: workflowIds.slice(at, at + IDS_AT_ONCE) };
        found.push(...(await listed(records, some, page)));
      }
      return found.toSorted(newestFirst).slice(0, page.limit);
    },
  };
}

function newestFirst(one: ListedRequest, other: ListedRequest): number {
  const [first, second] = [one, other].map(({ createdAt, workflowId }) => `${createdAt} ${workflowId}`);
  return (first ?? '') < (second ?? '') ? 1 : -1;
}

async function listed({ database, people }: Records, filter: RequestFilter, page: Page): Promise<ListedRequest[]> {
  const rows = await database.run(async (db) => {
    const { prefix } = filter;
    const isCommon = prefix !== undefined && (await isCommonPrefix(db, prefix));
    return await pageOf(db, await rarestFirst(db, filter), page)
      .where((where) => where.and(conditionsOf(where, { ...filter, isCommon, people })))
      .execute();
  });
  return rows.map((row) => parsed(listedRequestSchema, requestOf(row), 'requests'));
}

type Pair = [name: string, value: string];

/** A page of all requests, or of those with metadata. It is sorted by the columns of the table whose index has this order. */
function pageOf(db: Kysely<Tables>, labels: Pair[], { after, limit }: Page) {
  const [first, ...others] = labels;
  const table = first === undefined ? 'requests' : 'metadata';
  const [createdAt, request] = [sql.ref<number>(`${table}.created_at`), sql.ref<string>(`${table}.request`)];
  return db
    .selectFrom('requests')
    .leftJoin('provider', 'provider.request', 'requests.request')
    .$if(first !== undefined, (query) =>
      query.innerJoin('metadata', (join) =>
        join
          .onRef('metadata.request', '=', 'requests.request')
          .on('metadata.name', '=', first?.[0] ?? '')
          .on('metadata.value', '=', first?.[1] ?? ''),
      ),
    )
    .where((where) =>
      where.and(
        others.map((pair) =>
          where.exists(withMetadata(db, pair).whereRef('more.request', '=', sql.ref('requests.request'))),
        ),
      ),
    )
    .where('requests.deleted_at', 'is', null)
    .$if(after !== undefined, (query) =>
      query.where(sql<SqlBool>`(${createdAt}, ${request}) < (${after?.createdAt}, ${after?.workflowId})`),
    )
    .select(COLUMNS)
    .orderBy(createdAt, 'desc')
    .orderBy(request, 'desc')
    .limit(limit);
}

const COLUMNS = [
  'requests.flow',
  'requests.reference',
  'requests.attempt',
  'requests.request',
  'requests.registration_authority',
  'requests.metadata as labels',
  'requests.created_at',
  'requests.outcome',
  'requests.ended_at',
  'requests.stage',
  'requests.attention',
  'requests.place',
  'provider.request_pk',
  'provider.videoid_pk',
] as const;

function withMetadata(db: Kysely<Tables>, [name, value]: Pair) {
  return db
    .selectFrom('metadata as more')
    .select('more.request')
    .where('more.name', '=', name)
    .where('more.value', '=', value);
}

interface Conditions extends RequestFilter {
  isCommon: boolean;
  people: Records['people'];
}

function conditionsOf(where: ExpressionBuilder<Tables, 'requests'>, filter: Conditions) {
  const { flow, ended, outcome, registrationAuthorities, prefix, isCommon, providerId, people } = filter;
  const { createdFrom, createdTo, email, phone, workflowIds, stage, attention, code } = filter;
  return [
    flow !== undefined && where('requests.flow', '=', flow),
    ended !== undefined && where('requests.outcome', ended ? 'is not' : 'is', null),
    outcome !== undefined && where('requests.outcome', '=', outcome),
    registrationAuthorities !== undefined && oneOf(where, 'requests.registration_authority', registrationAuthorities),
    prefix !== undefined && (isCommon ? beginsWith(prefix) : where.and(rangeOf(where, prefix))),
    providerId !== undefined && where('requests.request', 'in', ofProvider(where, providerId)),
    createdFrom !== undefined && where('requests.created_at', '>=', createdFrom),
    createdTo !== undefined && where('requests.created_at', '<', createdTo),
    email !== undefined && oneOf(where, 'requests.email_digest', people.allOf('email', email)),
    phone !== undefined && oneOf(where, 'requests.phone_digest', people.allOf('phone', phone)),
    workflowIds !== undefined && oneOf(where, 'requests.request', workflowIds),
    stage !== undefined && where('requests.stage', '=', stage),
    attention !== undefined && where('requests.attention', attention ? 'is not' : 'is', null),
    code !== undefined && where('requests.attention', '=', code),
  ].filter((condition) => condition !== false);
}

type Column = 'registration_authority' | 'email_digest' | 'phone_digest' | 'request';

/** With one value, the database can read the list in order from the index of the column. */
function oneOf(where: ExpressionBuilder<Tables, 'requests'>, column: `requests.${Column}`, values: readonly string[]) {
  const [first, ...others] = values;
  if (first === undefined) return sql<SqlBool>`1 = 0`;
  return others.length === 0 ? where(column, '=', first) : where(column, 'in', [...values]);
}

function ofProvider(where: ExpressionBuilder<Tables, 'requests'>, id: string) {
  return where
    .selectFrom('provider as given')
    .select('given.request')
    .where((pk) => pk.or([pk('given.request_pk', '=', id), pk('given.videoid_pk', '=', id)]));
}

/** The references that begin with a prefix, as a range in the order of bytes. `_` is an ordinary character here. */
function rangeOf(where: ExpressionBuilder<Tables, 'requests'>, prefix: string) {
  const last = prefix.charCodeAt(prefix.length - 1);
  const next = prefix.slice(0, -1) + String.fromCharCode(last + 1);
  return [where('requests.reference', '>=', prefix), where('requests.reference', '<', next)];
}

/** The same without an index. */
function beginsWith(prefix: string) {
  return sql<SqlBool>`substr(${sql.ref('requests.reference')}, 1, ${prefix.length}) = ${prefix}`;
}

/** The metadata to look for. The list is read from the index of the first. */
async function rarestFirst(db: Kysely<Tables>, { metadata = {} }: RequestFilter): Promise<Pair[]> {
  const pairs = Object.entries(metadata);
  if (pairs.length < 2) return pairs;
  const counted: { pair: Pair; count: number }[] = [];
  for (const pair of pairs) {
    const { count } = await db
      .selectFrom(withMetadata(db, pair).limit(COMMON).as('found'))
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    counted.push({ pair, count });
  }
  return counted.toSorted((one, other) => one.count - other.count).map(({ pair }) => pair);
}

async function isCommonPrefix(db: Kysely<Tables>, prefix: string): Promise<boolean> {
  const beyond = await db
    .selectFrom('requests')
    .select('reference')
    .where((where) => where.and(rangeOf(where, prefix)))
    .limit(1)
    .offset(COMMON)
    .executeTakeFirst();
  return beyond !== undefined;
}

type Row = Awaited<ReturnType<ReturnType<typeof pageOf>['execute']>>[number];

/** A request from its columns, to be checked. */
function requestOf(row: Row): unknown {
  return {
    flow: row.flow,
    reference: row.reference,
    attempt: row.attempt,
    workflowId: row.request,
    registrationAuthority: row.registration_authority,
    createdAt: timeOf(row.created_at, 'requests'),
    ...defined({
      metadata: jsonOf(row.labels),
      requestPk: row.request_pk ?? undefined,
      videoidPk: row.videoid_pk ?? undefined,
      outcome: row.outcome ?? undefined,
      endedAt: row.ended_at === null ? undefined : timeOf(row.ended_at, 'requests'),
      stage: row.stage ?? undefined,
      attention: row.attention ?? undefined,
      place: jsonOf(row.place),
    }),
  };
}
