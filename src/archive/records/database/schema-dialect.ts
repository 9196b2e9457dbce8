import type { Kysely, RawBuilder } from 'kysely';

/** How a database writes the types of columns. */
export interface ColumnTypes {
  /** Text that is compared byte by byte. */
  text: RawBuilder<unknown>;
  /** Whole numbers up to 2^53. */
  integer: RawBuilder<unknown>;
}

/** How the schema of a database is changed. */
export interface SchemaDialect {
  readonly columnTypes: ColumnTypes;
  /**
   * Makes other migrations wait until this transaction ends, and sees to it that the function `database_now()` exists: the clock of
   * the database, in milliseconds since 1970.
   */
  prepareSchema<Tables>(transaction: Kysely<Tables>): Promise<void>;
}

/** What a database does after rows were deleted. */
export interface ScrubbedDialect {
  /** See `Database.scrub`. False if other users of the database prevent it now. */
  scrub<Tables>(db: Kysely<Tables>): Promise<boolean>;
}
