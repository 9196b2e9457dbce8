import type { Kysely, QueryExecutorProvider } from 'kysely';

/** Hears what others have changed. Its functions do not throw, but for `look`. */
export interface Listener {
  /** Whether it wants to hear anything now. */
  wanted(): boolean;
  /** Somebody has told that something changed. */
  told(topic: string): void;
  /** Anything may have changed. It looks at the database. If that fails, it is asked again. */
  look(): Promise<void>;
}

export interface Listening {
  close(): Promise<void>;
}

/** Statements without a transaction. They are not repeated. */
export type Ask = <T>(work: (db: QueryExecutorProvider) => Promise<T>) => Promise<T>;

/** How the processes that share a database hear of each other's changes. */
export interface ChangesDialect {
  /** Tells them, when the transaction ends, that something changed. */
  tell<Tables>(transaction: Kysely<Tables>, topic: string): Promise<void>;
  /**
   * Listens until it is closed. Trouble of the database does not end it: it goes on when the database is back. It does not keep the
   * process alive.
   */
  listen(listener: Listener, ask: Ask): Listening;
}
