import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { Migration } from 'kysely/migration';
import { VideoIdError } from '../../../messages/failures.js';
import type { Database } from './database.js';
import type { ColumnTypes } from './schema-dialect.js';
import { NO_SCHEMA_REMEDY } from './trouble.js';

/** Migrations by name, such as `0001-records`. They run in the order of their names. A released migration never changes. */
export type Migrations = (types: ColumnTypes) => Wanted;
type Wanted = Record<string, Migration>;

// Other programs may use Kysely in the same PostgreSQL database.
const MIGRATIONS = 'videoid_migration';
const LOCK = 'videoid_migration_lock';

/**
 * Brings the schema up to date, in one transaction. Harmless if it is, and if several processes do it at once.
 *
 * @returns the names of the migrations that ran now
 * @throws VideoIdError ARCHIVE_UNAVAILABLE if a newer release has changed the schema
 */
export async function migrate<Tables>(database: Database<Tables>, migrations: Migrations): Promise<string[]> {
  const wanted = migrations(database.schema.columnTypes);
  return await database.transaction(async (trx) => {
    await database.schema.prepareSchema(trx);
    const here = await namesIn(trx);
    if (isNewer(here, wanted)) throw otherSchema(database, 'newer schema', here, wanted);
    const { error, results } = await new Migrator({
      db: trx,
      provider: { getMigrations: async () => wanted },
      migrationTableName: MIGRATIONS,
      migrationLockTableName: LOCK,
    }).migrateToLatest();
    if (error !== undefined) throw error;
    return (results ?? []).map(({ migrationName }) => migrationName);
  });
}

/**
 * Checks that the database has the schema of this release.
 *
 * @throws VideoIdError ARCHIVE_UNAVAILABLE with the facts `reason` (`no schema`, `older schema`, `newer schema`), `here` and `wanted`
 */
export async function assertSchema<Tables>(database: Database<Tables>, migrations: Migrations): Promise<void> {
  const wanted = migrations(database.schema.columnTypes);
  const here = await database.run(namesIn);
  if (isNewer(here, wanted)) throw otherSchema(database, 'newer schema', here, wanted);
  if (Object.keys(wanted).every((name) => here.includes(name))) return;
  throw otherSchema(database, here.length === 0 ? 'no schema' : 'older schema', here, wanted);
}

function isNewer(here: readonly string[], wanted: Wanted): boolean {
  return here.some((name) => !Object.hasOwn(wanted, name));
}

/** The names of the migrations that this database has seen, in their order. */
async function namesIn<Tables>(db: Kysely<Tables>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === MIGRATIONS)) return [];
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(MIGRATIONS)}`.execute(db);
  return rows.map(({ name }) => name).sort();
}

const WORDS = {
  'no schema': { words: 'It has no tables yet.', remedy: NO_SCHEMA_REMEDY },
  'older schema': { words: 'Its tables are those of an older release.', remedy: NO_SCHEMA_REMEDY },
  'newer schema': {
    words: 'Its tables are those of a newer release.',
    remedy: 'Install that release here too.',
  },
};

function otherSchema<Tables>(
  { place, field }: Database<Tables>,
  reason: keyof typeof WORDS,
  here: readonly string[],
  wanted: Wanted,
): VideoIdError {
  const { words, remedy } = WORDS[reason];
  return new VideoIdError('ARCHIVE_UNAVAILABLE', `The database ${place} cannot be used. ${words}`, {
    field,
    remedy,
    facts: { reason, here: here.at(-1) ?? 'none', wanted: Object.keys(wanted).sort().at(-1) ?? 'none' },
  });
}
