import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { ColumnTypes } from './database/schema-dialect.js';
import { createJournal } from './journal-migration.js';

/** What brings the schema of `Tables` from one release to the next. A migration never changes once it is released. */
export function recordsMigrations(types: ColumnTypes): Record<string, Migration> {
  return {
    '0001-records': { up: (db) => createRecords(db, types) },
    '0002-journal': { up: (db) => createJournal(db, types) },
  };
}

/** The same for `BridgeTables`. */
export function bridgeMigrations(types: ColumnTypes): Record<string, Migration> {
  return { '0001-bridge': { up: (db) => createBridge(db, types) } };
}

async function createRecords(db: Kysely<unknown>, { text, integer }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('archive')
    .addColumn('singleton', integer, (column) => column.primaryKey().check(sql`singleton = 1`))
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('has_files', integer, (column) => column.notNull())
    .addColumn('importing', integer, (column) => column.notNull())
    .addColumn('created_at', integer, (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('requests')
    .addColumn('request', text, (column) => column.primaryKey())
    .addColumn('flow', text, (column) => column.notNull())
    .addColumn('reference', text, (column) => column.notNull())
    .addColumn('attempt', integer, (column) => column.notNull())
    .addColumn('environment', text, (column) => column.notNull())
    .addColumn('registration_authority', text, (column) => column.notNull())
    .addColumn('profile', text, (column) => column.notNull())
    .addColumn('input_hash', text, (column) => column.notNull())
    .addColumn('start_key', text)
    .addColumn('token', text, (column) => column.notNull())
    .addColumn('settings', text, (column) => column.notNull())
    .addColumn('metadata', text)
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('place', text)
    .addColumn('email_digest', text)
    .addColumn('phone_digest', text)
    .addColumn('stage', text)
    .addColumn('attention', text)
    .addColumn('outcome', text)
    .addColumn('ending', text)
    .addColumn('ended_at', integer)
    .addColumn('deleted_at', integer)
    .addColumn('corrections', integer, (column) => column.notNull().defaultTo(0))
    .addColumn('supplements', integer, (column) => column.notNull().defaultTo(0))
    .addColumn('cards', integer, (column) => column.notNull().defaultTo(0))
    .addColumn('events', integer, (column) => column.notNull().defaultTo(0))
    .addUniqueConstraint('requests_attempt', ['flow', 'reference', 'attempt'])
    .execute();
  await db.schema.createIndex('requests_reference').on('requests').column('reference').execute();
  // Lists are sorted by these two, so that a page is read from an index that ends with them.
  const sorted = ['created_at', 'request'];
  await db.schema.createIndex('requests_created').on('requests').columns(sorted).execute();
  await db.schema
    .createIndex('requests_running')
    .on('requests')
    .columns(sorted)
    .where(sql.ref('outcome'), 'is', null)
    .execute();
  for (const column of ['flow', 'registration_authority', 'outcome', 'email_digest', 'phone_digest']) {
    await db.schema
      .createIndex(`requests_${column}`)
      .on('requests')
      .columns([column, ...sorted])
      .execute();
  }
  const below = (table: string) =>
    db.schema
      .createTable(table)
      .addColumn('request', text, (column) => column.notNull().references('requests.request'));
  await below('metadata')
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('value', text, (column) => column.notNull())
    .addColumn('created_at', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('metadata_key', ['request', 'name'])
    .execute();
  await db.schema
    .createIndex('metadata_value')
    .on('metadata')
    .columns(['name', 'value', ...sorted])
    .execute();
  await below('personal')
    .addColumn('what', text, (column) => column.notNull())
    .addColumn('content', text, (column) => column.notNull())
    .addColumn('key_id', text)
    .addColumn('stored_sha256', text)
    .addPrimaryKeyConstraint('personal_key', ['request', 'what'])
    .execute();
  await below('files')
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('number', integer, (column) => column.notNull())
    .addColumn('object', text, (column) => column.notNull().unique())
    .addColumn('size', integer, (column) => column.notNull())
    .addColumn('sha256', text, (column) => column.notNull())
    .addColumn('stored_at', integer, (column) => column.notNull())
    .addColumn('key_id', text)
    .addColumn('stored_sha256', text)
    .addPrimaryKeyConstraint('files_key', ['request', 'kind', 'number'])
    .execute();
  await db.schema
    .createTable('objects')
    .addColumn('object', text, (column) => column.primaryKey())
    .addColumn('request', text)
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('number', integer, (column) => column.notNull())
    .addColumn('state', text, (column) => column.notNull())
    .addColumn('expires_at', integer, (column) => column.notNull())
    .execute();
  await db.schema.createIndex('objects_expires_at').on('objects').column('expires_at').execute();
  await below('marks')
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('set_at', integer, (column) => column.notNull())
    .addColumn('token', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('marks_key', ['request', 'name'])
    .execute();
  for (const table of ['calls', 'sealed', 'orders']) {
    await below(table)
      .addColumn('name', text, (column) => column.notNull())
      .addColumn('content', text, (column) => column.notNull())
      .addPrimaryKeyConstraint(`${table}_key`, ['request', 'name'])
      .execute();
  }
  const numbered = (table: string) =>
    below(table)
      .addColumn('number', integer, (column) => column.notNull())
      .addColumn('token', text, (column) => column.notNull())
      .addPrimaryKeyConstraint(`${table}_key`, ['request', 'number'])
      .addUniqueConstraint(`${table}_token`, ['request', 'token']);
  await numbered('corrections')
    .addColumn('dropped', integer, (column) => column.notNull())
    .execute();
  await numbered('supplements')
    .addColumn('documents', text, (column) => column.notNull())
    .execute();
  await numbered('cards')
    .addColumn('content', text, (column) => column.notNull())
    .execute();
  await numbered('events')
    .addColumn('at', integer, (column) => column.notNull())
    .addColumn('content', text, (column) => column.notNull())
    .addColumn('principal', text)
    .addColumn('previous_digest', text)
    .addColumn('digest', text)
    .execute();
  await below('provider')
    .addColumn('request_pk', text, (column) => column.notNull())
    .addColumn('videoid_pk', text)
    .addColumn('content', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('provider_key', ['request'])
    .execute();
  for (const column of ['request_pk', 'videoid_pk']) {
    await db.schema.createIndex(`provider_${column}`).on('provider').column(column).execute();
  }
  await below('uploads')
    .addColumn('content', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('uploads_key', ['request'])
    .execute();
  await below('reads')
    .addColumn('request_pk', text, (column) => column.notNull())
    .addColumn('read_at', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('reads_key', ['request', 'request_pk'])
    .execute();
  await db.schema
    .createTable('feed')
    .addColumn('number', integer, (column) => column.primaryKey())
    .addColumn('token', text, (column) => column.notNull().unique())
    .addColumn('content', text, (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('counters')
    .addColumn('name', text, (column) => column.primaryKey())
    .addColumn('value', integer, (column) => column.notNull())
    .execute();
  await sql`insert into counters (name, value) values ('feed', 0), ('probe', 0)`.execute(db);
  await db.schema
    .createTable('outages')
    .addColumn('environment', text, (column) => column.notNull())
    .addColumn('flow', text, (column) => column.notNull())
    .addColumn('content', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('outages_key', ['environment', 'flow'])
    .execute();
  await db.schema
    .createTable('processes')
    .addColumn('name', text, (column) => column.primaryKey())
    .addColumn('content', text, (column) => column.notNull())
    .addColumn('seen_at', integer, (column) => column.notNull())
    .execute();
}

async function createBridge(db: Kysely<unknown>, { text, integer }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('provider_ids')
    .addColumn('environment', text, (column) => column.notNull())
    .addColumn('request_pk', text, (column) => column.notNull())
    .addColumn('workflow_id', text, (column) => column.notNull())
    .addColumn('flow', text, (column) => column.notNull())
    .addColumn('reference', text, (column) => column.notNull())
    .addColumn('attempt', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('provider_ids_key', ['environment', 'request_pk'])
    .execute();
  await db.schema.createIndex('provider_ids_reference').on('provider_ids').column('reference').execute();
  await db.schema
    .createTable('callback_counts')
    .addColumn('gateway', text, (column) => column.primaryKey())
    .addColumn('content', text, (column) => column.notNull())
    .addColumn('written_at', integer, (column) => column.notNull())
    .execute();
}
