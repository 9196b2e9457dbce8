import { inspect } from 'node:util';
import { openDatabase } from '../../../src/archive/records/database/database.js';
import { readPostgresUrl } from '../../../src/archive/records/database/postgres-url.js';
import { Secret } from '../../../src/security/secret.js';

const FIELD = 'archive.database';

describe('the URL of a PostgreSQL database', () => {
  it.each([
    ['postgresql://videoid:secret@db.example:5433/records', 'postgresql://db.example:5433/records'],
    ['postgres://videoid@db.example/records', 'postgresql://db.example/records'],
    ['postgresql://videoid:secret@[::1]:5432/records', 'postgresql://[::1]:5432/records'],
    ['postgresql://videoid:secret@localhost/records?host=/run/postgresql', 'postgresql:///run/postgresql/records'],
  ])('is shown without user and password: %s', (url, place) => {
    expect(readPostgresUrl(url, FIELD).place).toBe(place);
    const database = openDatabase({ postgres: { url: new Secret(url) } });
    expect(database.place).toBe(place);
    expect(inspect(database, { depth: 20, showHidden: true })).not.toContain('secret');
  });

  it.each(['prefer', 'require', 'verify-ca', 'verify-full'])('checks the server with sslmode=%s', (mode) => {
    const { connectionString } = readPostgresUrl(`postgresql://db.example/records?sslmode=${mode}`, FIELD);
    expect(connectionString).toContain('sslmode=verify-full');
  });

  it.each([
    ['no URL', 'secret'],
    ['of something else', 'mysql://user:secret@db.example/records'],
    ['without a database', 'postgresql://user:secret@db.example'],
    ['with a wrong %XX', 'postgresql://user:secret%e9@db.example/records'],
    ['with a limit that is ours', 'postgresql://db.example/records?statement_timeout=secret'],
  ])('is refused, and not repeated: %s', (_, url) => {
    const open = (): unknown => openDatabase({ postgres: { url: new Secret(url) } });
    expect(open).toThrow(expect.objectContaining({ code: 'BAD_SETTING', field: FIELD }));
    let error: unknown;
    try {
      open();
    } catch (thrown) {
      error = thrown;
    }
    expect(inspect(error, { depth: 9 })).not.toContain('secret');
  });
});
