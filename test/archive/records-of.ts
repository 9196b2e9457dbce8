import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import { MARKER } from '../../src/archive/files/marker.js';
import type { BridgeTables, Tables } from '../../src/archive/records/schema.js';

/** How long a change waits while processes write. Milliseconds. */
const PATIENCE = 10_000;

type Row = Record<string, SQLOutputValue>;

/** Everything in the archive: the rows of all tables, and the paths of all files. */
export interface Everything {
  rows: Record<string, Row[]>;
  files: string[];
}

/** The SQLite files of an archive in a folder, as somebody sees and changes them who has opened them with another program. */
export function recordsOf(directory: string) {
  const records = join(directory, 'records.sqlite');
  const index = join(directory, 'index', 'index.sqlite');
  return {
    /** Changes the schema. */
    change: (statement: string): void => opened(records, (database) => database.exec(statement)),

    /** Changes rows. @throws if there is none to change */
    changeRows: (statement: string, ...values: SQLInputValue[]): void => {
      const { changes } = opened(records, (database) => database.prepare(statement).run(...values));
      if (changes === 0) throw new Error(`It changed no row: ${statement}`);
    },

    /** Empties the logs. Then every change needs room on the disk. */
    emptyLogs: (): void => {
      for (const file of [records, index]) {
        const { busy } = opened(file, (database) => database.prepare('pragma wal_checkpoint(truncate)').get()) ?? {};
        if (busy !== 0) throw new Error(`The log of ${file} is in use.`);
      }
    },

    /** @param request `signature-<reference>` */
    rows: (table: keyof Tables, request: string): Row[] =>
      opened(records, (database) => database.prepare(`select * from ${table} where request = ?`).all(request)),

    /** Changes the schema of what the webhook bridge uses. */
    changeBridge: (statement: string): void => opened(index, (database) => database.exec(statement)),

    /** Its rows. */
    bridgeRows: (table: keyof BridgeTables): Row[] => opened(index, (database) => rowsIn(database, table)),

    /** Files of starts and writes that are not finished, and those that no row knows. */
    unfinished: (): string[] => {
      const known = opened(records, (database) => {
        const objects = database.prepare("select object from objects where state = 'replaced'").all();
        return new Set([...rowsIn(database, 'files'), ...objects].map(({ object }) => object));
      });
      const announced = opened(records, (database) => rowsIn(database, 'objects')).map(({ object }) => object);
      const there = [...announced.map(String), ...filesBelow(join(directory, 'files'))];
      return [...new Set(there)].filter((name) => name !== MARKER && !known.has(name));
    },

    everything: (): Everything => ({
      rows: { ...opened(records, allRows), ...opened(index, allRows) },
      files: filesBelow(join(directory, 'files')),
    }),
  };
}

function opened<T>(file: string, act: (database: DatabaseSync) => T): T {
  if (!existsSync(file)) throw new Error(`There is no ${file}.`);
  const database = new DatabaseSync(file, { timeout: PATIENCE });
  try {
    return act(database);
  } finally {
    database.close();
  }
}

function allRows(database: DatabaseSync): Record<string, Row[]> {
  const tables = database.prepare("select name from sqlite_schema where type = 'table' order by name").all();
  return Object.fromEntries(tables.map(({ name }) => [name, rowsIn(database, String(name))]));
}

function rowsIn(database: DatabaseSync, table: string): Row[] {
  return database.prepare(`select * from ${table}`).all();
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => relative(directory, join(parentPath, name)))
    .toSorted();
}
