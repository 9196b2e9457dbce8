import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sql } from 'kysely';
import type { Database } from '../../../src/archive/records/database/database.js';
import { migrate } from '../../../src/archive/records/database/migrate.js';
import { keepsTheContract } from './contract.js';
import { MIGRATIONS, newFile, openAt, removeFiles } from './tables.js';
import type { Tables } from './tables.js';

afterAll(removeFiles);

describe('SQLite', () => {
  keepsTheContract(async () => newFile());
});

describe('the file of SQLite', () => {
  let file: string;
  let database: Database<Tables>;

  beforeEach(async () => {
    ({ file } = newFile());
    database = openAt({ file });
    await migrate(database, MIGRATIONS);
  });
  afterEach(() => database.close());

  it('is for its owner alone, with all that lies beside it', () => {
    const folder = dirname(file);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const files = readdirSync(folder).sort();
    expect(files).toEqual(['records.sqlite', 'records.sqlite-shm', 'records.sqlite-wal']);
    expect(files.map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([0o600, 0o600, 0o600]);
  });

  it('has each commit before it is reported', async () => {
    const names = ['synchronous', 'journal_mode', 'foreign_keys'];
    const settings = await database.run((db) =>
      Promise.all(names.map((name) => sql`pragma ${sql.raw(name)}`.execute(db))),
    );
    expect(settings.flatMap(({ rows }) => rows)).toEqual([
      { synchronous: 2 },
      { journal_mode: 'wal' },
      { foreign_keys: 1 },
    ]);
  });
});
