import { readdir, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { VideoIdError } from '../../messages/failures.js';
import { isSecretReference, resolveSecret } from '../../security/secret.js';
import { assertNoEarlierForm } from '../import/earlier-form.js';
import { placesOf } from '../places.js';
import type { ArchiveSettings } from '../settings.js';
import { type Database, type DatabaseOptions, openDatabase } from './database/database.js';
import { assertSchema, migrate, type Migrations } from './database/migrate.js';
import { bridgeMigrations, recordsMigrations } from './migrations.js';
import type { BridgeTables, Tables } from './schema.js';

/** The fact `reason` of the error for a place without an archive. */
export const NO_ARCHIVE = 'no archive';

/** Milliseconds. A migration of many rows takes long. */
const MIGRATED_WITHIN = 600_000;

/** How a database is opened. */
export interface RecordsOptions {
  /** Makes it if there is none. */
  create?: boolean;
  /** Brings its schema up to this release. */
  migrate?: boolean;
  /** The clock behind `database_now()` in SQLite. PostgreSQL has its own. */
  now: () => number;
}

/** Opens the records. @throws ARCHIVE_UNAVAILABLE if there are none, or with another schema; SECRET_NOT_FOUND, BAD_SETTING */
export async function openRecords(settings: ArchiveSettings, options: RecordsOptions): Promise<Database<Tables>> {
  try {
    const place = { where: placesOf(settings).records, field: fieldOf(settings), ofFile: recordsMigrations };
    return await open<Tables>(place, options);
  } catch (error) {
    const none = error instanceof VideoIdError && error.facts?.['reason'] === NO_ARCHIVE;
    if (none) await assertNoEarlierForm(settings.directory);
    throw error;
  }
}

/** Opens what the webhook bridge reads: a file of its own, or in PostgreSQL tables beside the others. @throws as `openRecords` */
export async function openBridgeDatabase(
  settings: ArchiveSettings,
  options: RecordsOptions,
): Promise<Database<BridgeTables>> {
  const field = settings.index === undefined ? fieldOf(settings) : 'archive.index';
  return await open<BridgeTables>({ where: placesOf(settings).index, field, ofFile: bridgeMigrations }, options);
}

function fieldOf({ database }: ArchiveSettings): string {
  return database === undefined ? 'archive.directory' : 'archive.database';
}

/** What is opened: a reference to a URL, or the path of a file. */
interface Place {
  where: string;
  /** The setting that names it. */
  field: string;
  /** The schema of the file. In PostgreSQL, records and bridge are one schema. */
  ofFile: Migrations;
}

async function open<Of>({ where, field, ofFile }: Place, options: RecordsOptions): Promise<Database<Of>> {
  const { create = false, now } = options;
  const remote = isSecretReference(where);
  const migrations = remote ? both : ofFile;
  if (!remote && !create) await assertFile(where, field);
  const to: DatabaseOptions = remote
    ? { field, postgres: { url: await resolveSecret(where, field) } }
    : { field, sqlite: { file: where, now, create } };
  if (create || options.migrate === true) await migrated(to, migrations, create);
  const database = openDatabase<Of>(to);
  try {
    await assertSchema(database, migrations);
    return database;
  } catch (error) {
    await database.close();
    throw error instanceof VideoIdError && error.facts?.['reason'] === 'no schema'
      ? noArchive(`${database.place}: it has no tables`, field, NEW_DATABASE)
      : error;
  }
}

const both: Migrations = (types) => ({ ...recordsMigrations(types), ...bridgeMigrations(types) });

/** Its own connection, because a migration may take long. */
async function migrated(to: DatabaseOptions, migrations: Migrations, create: boolean): Promise<void> {
  const patient = 'postgres' in to ? { postgres: { ...to.postgres, statementLimit: MIGRATED_WITHIN } } : to;
  const database = openDatabase<unknown>(patient);
  try {
    if (create || (await isOlder(database, migrations))) await migrate(database, migrations);
  } finally {
    await database.close();
  }
}

/** Whether the database has the tables of an older release. What else is wrong is found when it is opened. */
async function isOlder(database: Database<unknown>, migrations: Migrations): Promise<boolean> {
  try {
    await assertSchema(database, migrations);
    return false;
  } catch (error) {
    if (!(error instanceof VideoIdError)) throw error;
    return error.facts?.['reason'] === 'older schema';
  }
}

/** SQLite would make an empty file. */
async function assertFile(file: string, field: string): Promise<void> {
  try {
    await stat(file);
  } catch {
    throw noArchive(await wordsOf(file), field);
  }
}

/** Where a file was looked for, and what is there instead. */
async function wordsOf(file: string): Promise<string> {
  const folder = dirname(file);
  const names = await readdir(folder).catch(() => undefined);
  const present = names?.filter((name) => name !== 'lost+found');
  if (present === undefined) return `${folder}: it does not exist`;
  return `${folder}: ${present.length === 0 ? 'it is empty' : `it has no ${basename(file)}`}`;
}

const PUT_BACK =
  'Mount the disk of the archive there, or correct the settings of the archive (archive.*) so that they name where it is now.';
const NEW_DATABASE =
  'Correct the settings of the archive (archive.*) so that they name the database of this installation. If the installation is new, run `videoid setup`.';

/** The archive has the requests, so these words never lead anybody to make another one in its place. */
function noArchive(where: string, field: string, remedy = PUT_BACK): VideoIdError {
  return new VideoIdError('ARCHIVE_UNAVAILABLE', `There is no archive in ${where}.`, {
    field,
    remedy,
    facts: { reason: NO_ARCHIVE },
  });
}
