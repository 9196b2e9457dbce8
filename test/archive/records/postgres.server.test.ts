import { inspect } from 'node:util';
import { sql } from 'kysely';
import { Client } from 'pg';
import { PostgresServer } from '../../../local/servers/postgres-server.js';
import { FaultyProxy } from '../../../local/servers/faulty-proxy.js';
import type { Database } from '../../../src/archive/records/database/database.js';
import { migrate } from '../../../src/archive/records/database/migrate.js';
import { freshDatabase } from '../../installation/shared-servers.js';
import { keepsTheContract } from './contract.js';
import { addEntry, count, MIGRATIONS, openAt } from './tables.js';
import type { Tables } from './tables.js';

describe('PostgreSQL', () => {
  keepsTheContract(async () => ({ url: await freshDatabase() }));
});

/** What the owner of the database does. */
async function asOwner(url: string, ...statements: string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

const nameIn = (url: string): string => new URL(url).pathname.slice(1);

describe('a connection to PostgreSQL', () => {
  let url: string;
  let proxy: FaultyProxy;
  let database: Database<Tables>;

  beforeEach(async () => {
    url = await freshDatabase();
    proxy = await FaultyProxy.start(url);
    database = openAt({ url: proxy.through(url) }, { statementLimit: 1000 });
    await migrate(database, MIGRATIONS);
  });
  afterEach(async () => {
    await database.close();
    await proxy.close();
  });

  it('that loses the answer of COMMIT has the work done once', async () => {
    const before: number[] = [];
    await database.transaction(async (trx) => {
      const added = await trx
        .insertInto('entry')
        .values({ writer: 'a', number: 1, text: null })
        .onConflict((conflict) => conflict.doNothing())
        .returning('number')
        .execute();
      if (added.length > 0) await trx.updateTable('counter').set({ value: 1 }).execute();
      before.push(1 - added.length);
      if (before.length === 1) proxy.cutAfter('answers', 0);
    });
    // The first run was committed; the second found its row.
    expect(before).toEqual([0, 1]);
    expect(proxy.cutsLeft).toBe(0);
    expect(await count(database)).toEqual({ entries: 1, counter: 1 });
  });

  it('that is cut again and again loses nothing and doubles nothing', async () => {
    for (let number = 0; number < 30; number += 1) {
      if (number % 3 === 0) proxy.cutAfter(number % 2 === 0 ? 'answers' : 'requests', number * 7);
      await addEntry(database, 'a', number);
    }
    expect(await count(database)).toEqual({ entries: 30, counter: 30 });
  });

  it('that stands still is given up, and the next one is used', async () => {
    const impatient = openAt({ url: proxy.through(url) }, { statementLimit: 200, patience: 0 });
    await addEntry(impatient, 'a', 1);
    proxy.pause();
    await expect(addEntry(impatient, 'a', 2)).rejects.toMatchObject({
      code: 'ARCHIVE_UNAVAILABLE',
      field: 'archive.database',
      facts: { reason: 'time-out' },
    });
    proxy.resume();
    await addEntry(impatient, 'a', 3);
    expect(
      await impatient.run((db) => db.selectFrom('entry').select('number').where('number', '=', 3).execute()),
    ).toEqual([{ number: 3 }]);
    await impatient.close();
  });

  it('that leads to a standby is not used again', async () => {
    await addEntry(database, 'a', 1);
    await asOwner(url, `alter database "${nameIn(url)}" set default_transaction_read_only = on`);
    const standby = openAt({ url }, { patience: 0 });
    await expect(addEntry(standby, 'a', 2)).rejects.toMatchObject({
      code: 'ARCHIVE_UNAVAILABLE',
      message: expect.stringContaining('standby'),
      facts: { reason: '25006' },
    });
    await asOwner(
      url,
      'set default_transaction_read_only = off',
      `alter database "${nameIn(url)}" reset default_transaction_read_only`,
    );
    await addEntry(standby, 'a', 2);
    expect(await count(standby)).toEqual({ entries: 2, counter: 2 });
    await standby.close();
  });

  it('waits for the disk at each commit, whatever the default is', async () => {
    await asOwner(url, `alter database "${nameIn(url)}" set synchronous_commit = off`);
    const other = openAt({ url });
    const shown = await other.run((db) =>
      sql`select current_setting('synchronous_commit') as mode, current_setting('application_name') as name`.execute(
        db,
      ),
    );
    expect(shown.rows).toEqual([{ mode: 'on', name: 'videoid' }]);
    await other.close();
  });

  it('does not let a statement run without end', async () => {
    const slow = database.run((db) => sql`select pg_sleep(60)`.execute(db));
    await expect(slow).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE', facts: { reason: '57014' } });
  });

  it('repeats what met a deadlock', async () => {
    const patient = openAt({ url });
    await addEntry(patient, 'a', 1);
    await addEntry(patient, 'b', 1);
    const bothHold = Promise.withResolvers<void>();
    let runs = 0;
    const touch = async (...writers: string[]): Promise<void> =>
      patient.transaction(async (trx) => {
        for (const writer of writers) {
          await trx.updateTable('entry').set({ text: 'touched' }).where('writer', '=', writer).execute();
          if (writer === writers[0]) runs += 1;
          if (runs === 2) bothHold.resolve();
          await bothHold.promise;
        }
      });
    await Promise.all([touch('a', 'b'), touch('b', 'a')]);
    expect(runs).toBe(3);
    await patient.close();
  });

  it.each([
    ['a wrong password', (at: URL) => (at.password = 'nobody-knows'), '28P01'],
    ['no password', (at: URL) => (at.password = ''), 'log-in'],
    ['an unknown database', (at: URL) => (at.pathname = '/nowhere'), '3D000'],
    ['an unknown host', (at: URL) => (at.hostname = 'nowhere.invalid'), 'ENOTFOUND'],
    ['a server without TLS', (at: URL) => (at.search = '?sslmode=require'), 'TLS'],
    ['a certificate file that is not there', (at: URL) => (at.search = '?sslrootcert=/nowhere/ca.pem'), 'ENOENT'],
    ['a port where nobody listens', (at: URL) => (at.port = '1'), 'ECONNREFUSED'],
  ])('says what is wrong, and no secret: %s', async (_, change, reason) => {
    const at = new URL(url);
    const { password } = at;
    change(at);
    const wrong = openAt({ url: at.href }, { patience: 0 });
    const error = await count(wrong).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ARCHIVE_UNAVAILABLE', field: 'archive.database', facts: { reason } });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(new RegExp(`nobody-knows|${password}`));
    await wrong.close();
  });
});

describe('a PostgreSQL server', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start({ make: false });
  });
  afterAll(() => server.close());

  it('that is killed and started again loses nothing that was reported', async () => {
    const url = await server.createDatabase();
    const database = openAt({ url }, { patience: 60_000 });
    await migrate(database, MIGRATIONS);
    const halfway = Promise.withResolvers<void>();
    const writers = ['a', 'b', 'c'].map(async (writer) => {
      for (let number = 0; number < 100; number += 1) {
        await addEntry(database, writer, number);
        if (number === 30) halfway.resolve();
      }
    });
    await halfway.promise;
    await server.kill();
    await server.start();
    await Promise.all(writers);
    expect(await count(database)).toEqual({ entries: 300, counter: 300 });
    await database.close();
  });

  it('that stops is reported, and used again when it is there', async () => {
    const url = await server.createDatabase();
    const database = openAt({ url }, { patience: 100 });
    await migrate(database, MIGRATIONS);
    await server.stop();
    await expect(addEntry(database, 'a', 1)).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE' });
    await expect(count(database)).rejects.toMatchObject({ facts: { reason: 'ECONNREFUSED' } });
    await server.start();
    await addEntry(database, 'a', 1);
    expect(await count(database)).toEqual({ entries: 1, counter: 1 });
    await database.close();
  });

  it('that stores no Unicode is refused', async () => {
    await asOwner(
      server.url(),
      `create database latin encoding 'LATIN1' locale 'C' locale_provider libc template template0`,
    );
    const database = openAt({ url: server.url('latin') }, { patience: 0 });
    await expect(migrate(database, MIGRATIONS)).rejects.toMatchObject({ facts: { reason: 'encoding' } });
    await database.close();
  });
});
