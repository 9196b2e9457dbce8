import { PostgresAdapter, PostgresDialect, sql } from 'kysely';
import type { Kysely, PostgresPool, PostgresPoolClient } from 'kysely';
import { Pool, types } from 'pg';
import type { PoolClient, QueryResult } from 'pg';
import type { Secret } from '../../../security/secret.js';
import { assertBindable } from './bindings.js';
import type { ChangesDialect, Listener, Listening } from './changes.js';
import { CHANNEL, PostgresListening } from './postgres-changes.js';
import { isFromServer, postgresTroubleOf, READ_ONLY_STATE } from './postgres-trouble.js';
import type { SchemaDialect, ScrubbedDialect } from './schema-dialect.js';
import type { OwnRecords } from './own-records.js';
import type { TransactionScope } from './transaction-scope.js';
import { DatabaseError, TOO_LARGE } from './trouble.js';

const OLDEST_MAJOR = 15;
const MOST_CONNECTIONS = 10;
/** The number of an advisory lock. Any number will do, but it must not change. */
const SCHEMA_LOCK = 1_986_618_734;

// Milliseconds.
const CONNECT_LIMIT = 10_000;
const STATEMENT_LIMIT = 15_000;
const LOCK_LIMIT = 10_000;
/** A transaction whose process stands still holds its locks no longer. */
const IDLE_IN_TRANSACTION_LIMIT = 20_000;
/** Added to the server's own limit. Without an answer by then, the server or the network is away. */
const ANSWER_DELAY = 2000;
const KEEP_ALIVE_DELAY = 10_000;

export interface PostgresOptions {
  /** `postgresql://user:password@host:port/database`. */
  url: Secret;
  /** How long a statement may take, in milliseconds. Migrations take longer than others. */
  statementLimit?: number;
}

/** PostgreSQL by `pg`. */
export class ArchivePostgresDialect extends PostgresDialect implements SchemaDialect, ScrubbedDialect, ChangesDialect {
  readonly columnTypes = { text: sql`text collate "C"`, integer: sql`bigint` };
  readonly #connectionString: string;

  constructor(
    connectionString: string,
    { statementLimit = STATEMENT_LIMIT }: PostgresOptions,
    scope: TransactionScope,
    own: OwnRecords,
  ) {
    super({ pool: new Connections(openPool(connectionString, statementLimit), scope, own) });
    this.#connectionString = connectionString;
  }

  async tell<Tables>(transaction: Kysely<Tables>, topic: string): Promise<void> {
    await sql`select pg_notify(${CHANNEL}, ${topic})`.execute(transaction);
  }

  listen(listener: Listener): Listening {
    return new PostgresListening({ connectionString: this.#connectionString, ...CONNECTION }, listener);
  }

  /** Nothing to do: the server removes deleted rows when it vacuums. */
  async scrub(): Promise<boolean> {
    return true;
  }

  async prepareSchema<Tables>(transaction: Kysely<Tables>): Promise<void> {
    await sql`select pg_advisory_xact_lock(${SCHEMA_LOCK})`.execute(transaction);
    await sql`create or replace function database_now() returns bigint language sql volatile
      as 'select floor(extract(epoch from clock_timestamp()) * 1000)::bigint'`.execute(transaction);
  }

  override createAdapter(): PostgresAdapter {
    return new Adapter();
  }
}

class Adapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {
    // `prepareSchema` did, for the whole transaction. Kysely's lock would outlive one that fails.
  }

  override async releaseMigrationLock(): Promise<void> {
    // The end of the transaction does.
  }
}

const CONNECTION = {
  application_name: 'videoid',
  connectionTimeoutMillis: CONNECT_LIMIT,
  keepAlive: true,
  keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY,
};

function openPool(connectionString: string, statementLimit: number): Pool {
  const pool = new Pool({
    connectionString,
    ...CONNECTION,
    max: MOST_CONNECTIONS,
    statement_timeout: statementLimit,
    query_timeout: statementLimit + ANSWER_DELAY,
    lock_timeout: LOCK_LIMIT,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_LIMIT,
    allowExitOnIdle: true,
    types: { getTypeParser: parserOf as typeof types.getTypeParser },
  });
  // A connection that is lost while nobody waits for an answer. Whoever uses it next is told.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** Makes PostgreSQL answer like SQLite: integers as numbers, booleans as 0 or 1. */
function parserOf(
  type: Parameters<typeof types.getTypeParser>[0],
  format?: 'text' | 'binary',
): (text: string) => unknown {
  const { BOOL, INT8, NUMERIC } = types.builtins;
  if (type === BOOL) return (text) => (text === 't' ? 1 : 0);
  if (type === INT8 || type === NUMERIC) return readNumber;
  return types.getTypeParser(type, format);
}

/** @throws DatabaseError if a number cannot be told from its neighbour */
function readNumber(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && !Number.isSafeInteger(number)) throw new DatabaseError(TOO_LARGE);
  return number;
}

/** A commit that was answered survives a crash of the server, whatever the server's own default is. */
async function prepareSession(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ version: number; encoding: string }>(
    `select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding,
       set_config('synchronous_commit', case current_setting('synchronous_commit') when 'remote_apply' then 'remote_apply' else 'on' end, false)`,
  );
  const major = Math.floor((rows[0]?.version ?? 0) / 10_000);
  const encoding = rows[0]?.encoding;
  if (major < OLDEST_MAJOR) {
    throw new DatabaseError({
      kind: 'lasting',
      reason: 'old PostgreSQL',
      words: `it is PostgreSQL ${major}, but ${OLDEST_MAJOR} or newer is needed`,
      remedy: 'Update the server.',
    });
  }
  if (encoding !== 'UTF8') {
    throw new DatabaseError({
      kind: 'lasting',
      reason: 'encoding',
      words: `it stores text as ${encoding}, which lacks characters of some names`,
      remedy: 'Create the database with `createdb --encoding=UTF8 --template=template0`.',
    });
  }
}

/** The pool as Kysely sees it. Its errors are ours. */
class Connections implements PostgresPool {
  readonly options = {};
  readonly #pool: Pool;
  readonly #scope: TransactionScope;
  readonly #own: OwnRecords;
  readonly #prepared = new WeakSet<PoolClient>();

  constructor(pool: Pool, scope: TransactionScope, own: OwnRecords) {
    this.#pool = pool;
    this.#scope = scope;
    this.#own = own;
  }

  async connect(): Promise<PostgresPoolClient> {
    this.#scope.assertOutside();
    try {
      const client = await this.#pool.connect();
      await this.#prepare(client);
      // Kysely's type also has cursors, which nothing here uses.
      return new Connection(client) as unknown as PostgresPoolClient;
    } catch (error) {
      throw asDatabaseError(error);
    }
  }

  async end(): Promise<void> {
    await this.#pool.end();
  }

  async #prepare(client: PoolClient): Promise<void> {
    if (this.#prepared.has(client)) return;
    try {
      await prepareSession(client);
      await this.#own.assert(async (statement) => (await client.query(statement)).rows);
      this.#prepared.add(client);
    } catch (error) {
      client.release(true);
      throw error;
    }
  }
}

/** One connection, from when it leaves the pool until it comes back. */
class Connection {
  readonly #client: PoolClient;
  /** Set after a lost connection. Then no more statements are sent: a late answer could be taken for that of the next one. */
  #lost: DatabaseError | undefined;
  /** This server became a standby. The next connection may lead to another one. */
  #readOnly = false;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  async query(text: string, values: readonly unknown[]): Promise<QueryResult> {
    if (this.#lost !== undefined) throw this.#lost;
    assertBindable(values);
    try {
      return await this.#client.query(text, [...values]);
    } catch (error) {
      const said = asDatabaseError(error);
      if (said instanceof DatabaseError && !isFromServer(error)) this.#lost = said;
      this.#readOnly ||= said instanceof DatabaseError && said.trouble.reason === READ_ONLY_STATE;
      throw said;
    }
  }

  release(destroy: boolean): void {
    this.#client.release(destroy || this.#readOnly || this.#lost !== undefined);
  }
}

function asDatabaseError(error: unknown): unknown {
  if (error instanceof DatabaseError) return error;
  const trouble = postgresTroubleOf(error);
  return trouble === undefined ? error : new DatabaseError(trouble);
}
