import { PostgresServer } from '../../local/servers/postgres-server.js';
import { findPostgres } from '../../local/servers/postgres-binary.js';
import { openScreen } from '../../local/screen.js';
import { Drill } from '../installation/drill.js';
import type { People } from '../installation/people.js';
import { freshBucket } from '../installation/shared-servers.js';

const OLDER = 'An older archive';
const DATABASE = 'An older database';

let postgres: PostgresServer;
let drill: Drill;
beforeAll(async () => {
  postgres = await PostgresServer.start({ make: false });
  const database = await postgres.createDatabase('videoid');
  const screen = openScreen({ write: () => true });
  const { folder } = await findPostgres({ environment: process.env, screen, make: false });
  const { hostname, port, username, password, pathname } = new URL(database);
  drill = await Drill.start({
    combination: 'distributed',
    archive: { database, files: await freshBucket() },
    programs: [folder],
    variables: {
      PGHOST: hostname,
      PGPORT: port,
      PGUSER: username,
      PGPASSWORD: password,
      PGDATABASE: pathname.slice(1),
      BEFORE_DATABASE: postgres.url('before'),
    },
  });
}, 120_000);
afterAll(async () => {
  await drill.close();
  await postgres.close();
});

async function signed(people: People): Promise<void> {
  await people.throughTo('signed');
  expect(await people.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'done' });
}

/** Steps of a section, by their numbers. */
async function follow(heading: string, from: number, to = from): Promise<void> {
  await drill.follow(heading, (_, index) => index + 1 >= from && index + 1 <= to);
}

test('an older database is restored, and the bucket is as it was: nothing is billed or signed twice, and no file is lost', async () => {
  const [running, ended] = await Promise.all([drill.begin('order-1'), drill.begin('order-2')]);
  await drill.follow('Copies of PostgreSQL and S3');
  const since = await Promise.all(['order-3', 'order-13', 'order-12'].map((reference) => drill.begin(reference)));
  const [repeated, both] = since as [People, People, People];
  await running.throughTo('acceptance');
  await Promise.all([signed(ended), signed(both)]);
  const before = (await ended.provider()).calls;

  await follow(OLDER, 1);
  await follow(DATABASE, 1);
  await follow(OLDER, 3, 7);
  await follow(DATABASE, 2);
  await follow(OLDER, 8, 11);

  await running.throughToCode();
  await running.sign();
  await repeated.throughTo('signed');
  for (const people of [running, repeated]) {
    expect(await people.outcome()).toMatchObject({
      outcome: 'signed',
      cleanup: 'done',
      documents: [{ verification: { result: 'passed' } }],
    });
    expect((await people.provider()).done).toMatchObject({ create: 1, approve: 1, otp: 1, sign: 1 });
  }
  expect((await ended.provider()).calls).toEqual(before);
  expect(await both.outcome()).toMatchObject({ outcome: 'signed' });
}, 300_000);
