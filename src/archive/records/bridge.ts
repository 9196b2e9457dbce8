import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import type { CallbackCount } from '../../messages/callbacks.js';
import { VideoIdError } from '../../messages/failures.js';
import type { RequestPk } from '../../messages/request.js';
import type { AttemptKey, IndexEntry } from '../archive.js';
import { isProviderId, plainName } from '../names.js';
import { checked, jsonOf, parsed, written } from './content.js';
import type { Database } from './database/database.js';
import { callbackCountsSchema, indexEntrySchema, requestPk as requestPkSchema } from './record-schemas.js';
import { databaseNow } from './records.js';
import type { BridgeTables } from './schema.js';

/** Milliseconds. Then the counts of a gateway that stopped are removed. */
const KEPT_FOR = 90 * 86_400_000;

/** The two tables of the webhook bridge: provider's ids, and counts of callbacks. All methods throw ARCHIVE_UNAVAILABLE. */
export class Bridge {
  /** The setting that says where it is. */
  readonly field: string;
  readonly #database: Database<BridgeTables>;

  constructor(database: Database<BridgeTables>) {
    this.field = database.field;
    this.#database = database;
  }

  /** Which attempt an id of the provider belongs to. Undefined for an id that is not ours, or that no provider would send. */
  async readIndex(environment: string, requestPk: string): Promise<IndexEntry | undefined> {
    plainName(environment, 'environment');
    if (!isProviderId(requestPk)) return undefined;
    const row = await this.#database.run((db) =>
      db
        .selectFrom('provider_ids')
        .select(['workflow_id as workflowId', 'flow', 'reference', 'attempt'])
        .where('environment', '=', environment)
        .where('request_pk', '=', requestPk)
        .executeTakeFirst(),
    );
    return row && parsed(indexEntrySchema, row, 'provider_ids');
  }

  /** See `Archive.writeIndex`. @throws BAD_INPUT */
  async writeIndex(environment: string, requestPk: RequestPk, entry: IndexEntry): Promise<void> {
    const { workflowId: workflow_id, ...more } = checked(indexEntrySchema, entry);
    const place = {
      environment: plainName(environment, 'environment'),
      request_pk: plainName(requestPk, 'requestPk'),
    };
    // A later attempt of the same reference takes the id over.
    await this.#database.run((db) =>
      db
        .insertInto('provider_ids')
        .values({ ...place, workflow_id, ...more })
        .onConflict((conflict) =>
          conflict
            .columns(['environment', 'request_pk'])
            .doUpdateSet({ workflow_id, attempt: entry.attempt })
            .where('provider_ids.flow', '=', entry.flow)
            .where('provider_ids.reference', '=', entry.reference)
            .where('provider_ids.attempt', '<', entry.attempt),
        )
        .execute(),
    );
    const recorded = await this.readIndex(environment, requestPk);
    if (isDeepStrictEqual(recorded, entry)) return;
    throw new VideoIdError('BAD_INPUT', "The provider's request id belongs to another request.", {
      field: 'requestPk',
      remedy: "Take the ids of this request from the provider's console.",
      facts: recorded === undefined ? {} : { workflowId: recorded.workflowId },
    });
  }

  /** See `Archive.requestPks`. */
  async requestPks({ flow, reference, attempt }: AttemptKey): Promise<RequestPk[]> {
    const rows = await this.#database.run((db) =>
      db
        .selectFrom('provider_ids')
        .select('request_pk')
        .where('flow', '=', flow)
        .where('reference', '=', reference)
        .where('attempt', '=', attempt)
        .orderBy('request_pk')
        .execute(),
    );
    return rows.map(({ request_pk }) => requestPkSchema.parse(request_pk));
  }

  /** Removes the ids of an attempt. Callbacks about them are then ignored. Harmless if there are none. */
  async forget({ flow, reference, attempt }: AttemptKey): Promise<void> {
    await this.#database.transaction((db) =>
      db
        .deleteFrom('provider_ids')
        .where('flow', '=', flow)
        .where('reference', '=', reference)
        .where('attempt', '=', attempt)
        .execute(),
    );
    await this.#database.scrub();
  }

  /** Replaces the counts of one gateway, and removes those of gateways that stopped long ago. */
  async writeCounts(gateway: string, counts: readonly CallbackCount[]): Promise<void> {
    const row = { content: written(callbackCountsSchema, { counts: [...counts] }), written_at: databaseNow };
    await this.#database.transaction(async (db) => {
      await db
        .insertInto('callback_counts')
        .values({ gateway, ...row })
        .onConflict((conflict) => conflict.column('gateway').doUpdateSet(row))
        .execute();
      const old = sql<number>`${databaseNow} - ${sql.lit(KEPT_FOR)}`;
      await db.deleteFrom('callback_counts').where('written_at', '<', old).execute();
    });
  }

  /** The counts of one gateway. Empty if there are none. */
  async countsOf(gateway: string): Promise<CallbackCount[]> {
    const row = await this.#database.run((db) =>
      db.selectFrom('callback_counts').select('content').where('gateway', '=', gateway).executeTakeFirst(),
    );
    return countsIn(row?.content);
  }

  /** The counts of all gateways, added up for each token. What the last one wrote about a token counts. */
  async counts(): Promise<CallbackCount[]> {
    const rows = await this.#database.run((db) =>
      db.selectFrom('callback_counts').select('content').orderBy('written_at').execute(),
    );
    const merged = new Map<string, CallbackCount>();
    for (const count of rows.flatMap(({ content }) => countsIn(content))) {
      const key = count.digest ?? count.token;
      merged.set(key, together(merged.get(key), count));
    }
    return [...merged.values()];
  }

  /** Checks that the index can be written, and changes nothing: the bridge alone may only read it. @param patience as in `ArchivePart` */
  async probe(patience?: number): Promise<void> {
    await this.#database.run((db) => db.deleteFrom('provider_ids').where('environment', '=', '').execute(), patience);
  }

  /** Checks that the index can be read. @param patience as in `ArchivePart` */
  async assertUsable(patience?: number): Promise<void> {
    await this.#database.run((db) => db.selectFrom('provider_ids').select('attempt').limit(1).execute(), patience);
  }

  async close(): Promise<void> {
    await this.#database.close();
  }
}

/** Counts that cannot be read do not count: nothing depends on them. */
function countsIn(content: string | undefined): CallbackCount[] {
  return callbackCountsSchema.safeParse(jsonOf(content)).data?.counts ?? [];
}

function together(older: CallbackCount | undefined, newer: CallbackCount): CallbackCount {
  if (older === undefined) return newer;
  const last = [older.last, newer.last]
    .filter((each) => each !== undefined)
    .toSorted()
    .at(-1);
  return {
    ...newer,
    count: older.count + newer.count,
    since: older.since < newer.since ? older.since : newer.since,
    ...(last === undefined ? {} : { last }),
  };
}
