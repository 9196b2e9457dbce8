import { setTimeout as pause } from 'node:timers/promises';
import { Kysely } from 'kysely';
import type { Dialect, Transaction } from 'kysely';
import { defined } from '../../../messages/defined.js';
import { VideoIdError } from '../../../messages/failures.js';
import type { ChangesDialect, Listener, Listening } from './changes.js';
import { readPostgresUrl } from './postgres-url.js';
import { ArchivePostgresDialect } from './postgres.js';
import type { PostgresOptions } from './postgres.js';
import type { SchemaDialect, ScrubbedDialect } from './schema-dialect.js';
import { ArchiveSqliteDialect } from './sqlite.js';
import type { SqliteOptions } from './sqlite.js';
import { freeBytesAt } from './sqlite-file.js';
import { OwnRecords } from './own-records.js';
import { TransactionScope } from './transaction-scope.js';
import { BUSY, DatabaseError } from './trouble.js';
import type { Trouble } from './trouble.js';

export type { Listening };

/** How long work is repeated after trouble that passes. Milliseconds. */
const PATIENCE = 10_000;
/** The longest pause between two tries. The first pauses are shorter. Milliseconds. */
const LONGEST_PAUSE = 200;
/** How long a scrub waits for others. Milliseconds. */
const SCRUBBED_WITHIN = 2000;
/** The same while another process writes to SQLite. The lock is free only for moments, and waiting callers have no order. */
const LONGEST_BUSY_PAUSE = 20;

/**
 * The records, in SQLite or PostgreSQL. Work may run more than once, also after it was carried out: the answer may be lost. So it
 * must be repeatable, and change nothing but the database. All methods throw ARCHIVE_UNAVAILABLE if the database cannot be used, and
 * ARCHIVE_FULL if there is no space. Other errors of the work pass unchanged.
 */
export interface Database<Tables> {
  /** For people: a path, or `postgresql://host:port/name`. */
  readonly place: string;
  /** The setting that says where it is. */
  readonly field: string;
  /** What migrations need to know. */
  readonly schema: SchemaDialect;
  /** Statements without a transaction. One that changes rows is allowed, if it is alone. @param patience as in `DatabaseOptions` */
  run<T>(work: (db: Kysely<Tables>) => Promise<T>, patience?: number): Promise<T>;
  /** A transaction. The work awaits nothing but its statements. @param patience as in `DatabaseOptions` */
  transaction<T>(work: (trx: Transaction<Tables>) => Promise<T>, patience?: number): Promise<T>;
  /** Overwrites what deleted rows have left in the files of the database, as far as that can be done now. */
  scrub(): Promise<void>;
  /** Tells those who listen, in all processes, when the transaction ends, that something changed. */
  tell(transaction: Kysely<Tables>, topic: string): Promise<void>;
  /** Listens to what this and other processes tell, until it is closed. See `ChangesDialect`. */
  listen(listener: Listener): Listening;
  /** From now on, the database must be that of this archive. Each new connection is asked. */
  belongsTo(archiveId: string): void;
  close(): Promise<void>;
}

export type DatabaseOptions = ({ sqlite: SqliteOptions } | { postgres: PostgresOptions }) & {
  /** The setting that says where it is, for errors. */
  field?: string;
  /** How long work is repeated after trouble that passes. Milliseconds. */
  patience?: number;
};

/**
 * Opens the database. It connects at the first use.
 *
 * @throws VideoIdError BAD_SETTING if the URL is not one of PostgreSQL
 */
export function openDatabase<Tables>(options: DatabaseOptions): Database<Tables> {
  const [scope, own] = [new TransactionScope(), new OwnRecords()];
  return new SqlDatabase<Tables>(openEngine(options, scope, own), {
    scope,
    own,
    patience: options.patience ?? PATIENCE,
  });
}

function openEngine(options: DatabaseOptions, scope: TransactionScope, own: OwnRecords): Engine {
  if ('sqlite' in options) {
    const { sqlite, field = 'archive.directory' } = options;
    const { file } = sqlite;
    const dialect = new ArchiveSqliteDialect(sqlite, scope, own);
    return { place: file, field, dialect, freeBytes: () => freeBytesAt(file) };
  }
  const { postgres, field = 'archive.database' } = options;
  const { connectionString, place } = readPostgresUrl(postgres.url.reveal(), field);
  return { place, field, dialect: new ArchivePostgresDialect(connectionString, postgres, scope, own) };
}

/** What differs between the databases. */
interface Engine {
  place: string;
  field: string;
  dialect: Dialect & SchemaDialect & ScrubbedDialect & ChangesDialect;
  /** Absent where it cannot be known. */
  freeBytes?: () => number | undefined;
}

class SqlDatabase<Tables> implements Database<Tables> {
  readonly place: string;
  readonly field: string;
  readonly schema: SchemaDialect;
  readonly #dialect: ScrubbedDialect & ChangesDialect;
  readonly #db: Kysely<Tables>;
  readonly #scope: TransactionScope;
  readonly #own: OwnRecords;
  readonly #patience: number;
  readonly #freeBytes: () => number | undefined;

  constructor(
    engine: Engine,
    { scope, own, patience }: { scope: TransactionScope; own: OwnRecords; patience: number },
  ) {
    this.place = engine.place;
    this.field = engine.field;
    this.schema = engine.dialect;
    this.#dialect = engine.dialect;
    this.#db = new Kysely<Tables>({ dialect: engine.dialect });
    this.#scope = scope;
    this.#own = own;
    this.#patience = patience;
    this.#freeBytes = engine.freeBytes ?? (() => undefined);
  }

  async run<T>(work: (db: Kysely<Tables>) => Promise<T>, patience?: number): Promise<T> {
    return await this.#repeat(() => work(this.#db), patience);
  }

  async transaction<T>(work: (trx: Transaction<Tables>) => Promise<T>, patience?: number): Promise<T> {
    const carriedOut = () => this.#db.transaction().execute((trx) => this.#scope.run(() => work(trx)));
    return await this.#repeat(carriedOut, patience);
  }

  async scrub(): Promise<void> {
    const end = performance.now() + SCRUBBED_WITHIN;
    while (!(await this.run((db) => this.#dialect.scrub(db))) && performance.now() < end) {
      await pause(LONGEST_PAUSE * Math.random());
    }
  }

  async tell(transaction: Kysely<Tables>, topic: string): Promise<void> {
    await this.#dialect.tell(transaction, topic);
  }

  listen(listener: Listener): Listening {
    return this.#dialect.listen(listener, async (work) => await this.#repeat(() => work(this.#db), 0));
  }

  belongsTo(archiveId: string): void {
    this.#own.id = archiveId;
  }

  async close(): Promise<void> {
    await this.#db.destroy();
  }

  async #repeat<T>(work: () => Promise<T>, patience = this.#patience): Promise<T> {
    const end = performance.now() + patience;
    for (let longest = 5; ; longest *= 2) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof DatabaseError)) throw error;
        if (error.trouble.kind !== 'passing' || performance.now() > end) throw this.#failure(error.trouble);
        longest = Math.min(longest, error.trouble.reason === BUSY ? LONGEST_BUSY_PAUSE : LONGEST_PAUSE);
      }
      // Callers that met each other once come back at different times.
      await pause(longest * Math.random());
    }
  }

  #failure({ kind, reason, words, remedy }: Trouble): VideoIdError {
    const { field } = this;
    if (kind !== 'full') {
      const message = `The database ${this.place} cannot be used: ${words}.`;
      return new VideoIdError('ARCHIVE_UNAVAILABLE', message, { field, remedy, facts: { reason } });
    }
    const bytesFree = this.#freeBytes();
    const free = bytesFree === undefined ? '' : `: ${bytesFree} bytes free`;
    return new VideoIdError('ARCHIVE_FULL', `There is not enough space in the archive (${this.place})${free}.`, {
      field,
      remedy,
      facts: { reason, ...defined({ bytesFree }) },
    });
  }
}
