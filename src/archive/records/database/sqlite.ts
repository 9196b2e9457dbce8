import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { CompiledQuery, sql, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { DatabaseConnection, DatabaseIntrospector, Dialect, Driver, Kysely, QueryResult } from 'kysely';
import { assertBindable } from './bindings.js';
import type { Ask, ChangesDialect, Listener, Listening } from './changes.js';
import { Mutex } from './mutex.js';
import type { SchemaDialect, ScrubbedDialect } from './schema-dialect.js';
import { SqliteListening } from './sqlite-changes.js';
import { fileAt, makePrivate } from './sqlite-file.js';
import { sqliteTroubleOf, WITHOUT_LOG } from './sqlite-trouble.js';
import { OwnRecords } from './own-records.js';
import type { TransactionScope } from './transaction-scope.js';
import { DatabaseError } from './trouble.js';

/** SQLite waits for a lock inside a call, and the whole process waits with it. So this is short, and the work is repeated. Milliseconds. */
const BUSY_TIMEOUT = 5;
/** How long a caller waits for its turn in this process. Milliseconds. */
const TURN_TIMEOUT = 10_000;
/** Prepared statements that are kept. There are fewer different ones. */
const MOST_STATEMENTS = 200;

export interface SqliteOptions {
  /** The path of the database. */
  file: string;
  /** False: an error if there is no such file. Otherwise it is created, with its folder. */
  create?: boolean;
  /** The clock behind `database_now()`, in milliseconds since 1970. */
  now: () => number;
}

/** SQLite by Node's own `node:sqlite`. There is one connection, and callers take turns. */
export class ArchiveSqliteDialect implements Dialect, SchemaDialect, ScrubbedDialect, ChangesDialect {
  readonly columnTypes = { text: sql`text`, integer: sql`integer` };
  readonly #options: SqliteOptions;
  readonly #scope: TransactionScope;
  readonly #own: OwnRecords;

  constructor(options: SqliteOptions, scope: TransactionScope, own = new OwnRecords()) {
    this.#options = options;
    this.#scope = scope;
    this.#own = own;
  }

  async prepareSchema(): Promise<void> {
    // A transaction is the only writer, and the function comes with the connection.
  }

  /** In the database itself, deleted rows are overwritten at once. The write-ahead log still has them, so it is emptied. */
  async scrub<Tables>(db: Kysely<Tables>): Promise<boolean> {
    const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(db);
    return rows[0]?.busy === 0;
  }

  async tell(): Promise<void> {
    // Those who listen look at the file.
  }

  listen(listener: Listener, ask: Ask): Listening {
    return new SqliteListening(listener, ask);
  }

  createDriver(): Driver {
    return new SqliteDriver(this.#options, this.#scope, this.#own);
  }

  createQueryCompiler(): SqliteQueryCompiler {
    return new SqliteQueryCompiler();
  }

  createAdapter(): SqliteAdapter {
    return new Adapter();
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(db);
  }
}

class Adapter extends SqliteAdapter {
  /** Kysely would wait for the connection before our driver can refuse. The driver keeps the turns itself. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }

  /** SQLite rolls tables back as it does rows. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class SqliteDriver implements Driver {
  readonly #options: SqliteOptions;
  readonly #scope: TransactionScope;
  readonly #own: OwnRecords;
  readonly #turns = new Mutex();
  #connection: SqliteConnection | undefined;
  #opened = false;

  constructor(options: SqliteOptions, scope: TransactionScope, own: OwnRecords) {
    this.#options = options;
    this.#scope = scope;
    this.#own = own;
  }

  async init(): Promise<void> {
    // The file is opened when it is needed, and again after it was lost.
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    this.#scope.assertOutside();
    if (!(await this.#turns.take(TURN_TIMEOUT))) {
      throw new DatabaseError({
        kind: 'lasting',
        reason: 'no turn',
        words: 'this process waits too long for its turn to use it',
        remedy: 'Check the disk, and what else runs on this machine.',
      });
    }
    try {
      // Otherwise SQLite would go on in a file that was deleted, or replaced from a backup.
      if (this.#connection?.file !== fileAt(this.#options.file)) this.#close();
      this.#connection ??= await this.#open();
      return this.#connection;
    } catch (error) {
      this.#turns.release();
      throw error;
    }
  }

  async #open(): Promise<SqliteConnection> {
    const connection = openConnection({ ...this.#options, ...(this.#opened && { create: false }) });
    try {
      await this.#own.assert(async (text) => (await connection.executeQuery(CompiledQuery.raw(text))).rows);
    } catch (error) {
      connection.close();
      throw error;
    }
    this.#opened = true;
    return connection;
  }

  async releaseConnection(): Promise<void> {
    if (this.#connection?.lost === true) this.#close();
    this.#turns.release();
  }

  /** A deferred transaction takes the lock at its first write, and fails then if another process wrote meanwhile. */
  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  /** After some errors, such as a full disk, SQLite has rolled back by itself. */
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#connection?.inTransaction === true) await connection.executeQuery(CompiledQuery.raw('rollback'));
  }

  async destroy(): Promise<void> {
    const turn = await this.#turns.take(TURN_TIMEOUT);
    this.#close();
    if (turn) this.#turns.release();
  }

  #close(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }
}

/** Opens the file as it must be, or not at all. */
function openConnection({ file, create = true, now }: SqliteOptions): SqliteConnection {
  makePrivate(file, create);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, {
      timeout: BUSY_TIMEOUT,
      enableForeignKeyConstraints: true,
      enableDoubleQuotedStringLiterals: false,
      allowExtension: false,
    });
    const mode = database.prepare('pragma journal_mode = wal').get()?.['journal_mode'];
    if (mode !== 'wal') throw new DatabaseError(WITHOUT_LOG);
    database.exec('pragma synchronous = full');
    database.exec('pragma secure_delete = on');
    // A bigint becomes an integer of SQLite. A number would become a float.
    database.function('database_now', () => BigInt(Math.floor(now())));
    return new SqliteConnection(database, fileAt(file));
  } catch (error) {
    database?.close();
    throw asDatabaseError(error);
  }
}

class SqliteConnection implements DatabaseConnection {
  /** Set after an error of the file. Then it is opened again. */
  lost = false;
  /** From `fileAt`. */
  readonly file: string | undefined;
  readonly #database: DatabaseSync;
  /** By their text. The one that was used last is at the end. */
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync, file: string | undefined) {
    this.#database = database;
    this.file = file;
  }

  get inTransaction(): boolean {
    return this.#database.isTransaction;
  }

  async executeQuery<Row>({ sql: text, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    assertBindable(parameters);
    const values = parameters.map((value) => forSqlite(value));
    try {
      const statement = this.#prepare(text);
      if (statement.columns().length > 0) return { rows: rowsOf<Row>(statement.all(...values)) };
      const { changes, lastInsertRowid } = statement.run(...values);
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
    } catch (error) {
      const said = asDatabaseError(error);
      this.lost ||= said instanceof DatabaseError && said.trouble.kind === 'lasting';
      throw said;
    }
  }

  // oxlint-disable-next-line require-yield -- the interface has it; lists are read in pages
  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error('The archive reads in pages.');
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #prepare(text: string): StatementSync {
    const statement = this.#statements.get(text) ?? this.#database.prepare(text);
    this.#statements.delete(text);
    this.#statements.set(text, statement);
    const [oldest] = this.#statements.keys();
    if (this.#statements.size > MOST_STATEMENTS && oldest !== undefined) this.#statements.delete(oldest);
    return statement;
  }
}

/** Node binds every number as a float: `'a' || 1` would become `a1.0`. It binds a boolean as a number, in silence. */
function forSqlite(value: unknown): SQLInputValue {
  if (typeof value === 'boolean') throw new TypeError('A boolean is no value for a database statement: store 0 or 1.');
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : (value as SQLInputValue);
}

function rowsOf<Row>(rows: unknown[]): Row[] {
  return rows as Row[];
}

function asDatabaseError(error: unknown): unknown {
  const trouble = sqliteTroubleOf(error);
  return trouble === undefined ? error : new DatabaseError(trouble);
}
