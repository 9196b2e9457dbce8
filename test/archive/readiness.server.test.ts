import { PostgresServer } from '../../local/servers/postgres-server.js';
import { S3Server } from '../../local/servers/s3-server.js';
import type { ThrowAwayServer } from '../../local/servers/throw-away-server.js';
import { openArchive } from '../../src/archive/open-archive.js';
import { openBridge } from '../../src/archive/open-bridge.js';
import { type NeededPart, ReadinessCheck } from '../../src/process/readiness.js';
import { newDirectory, removeDirectories } from './sample-start.js';

let postgres: PostgresServer;
let s3: S3Server;
beforeAll(async () => {
  [postgres, s3] = await Promise.all([PostgresServer.start(), S3Server.start()]);
});
afterAll(async () => {
  await Promise.all([postgres.close(), s3.close()]);
  await removeDirectories();
});

/** What a process says whose server has just gone. */
async function saidOf(parts: readonly NeededPart[], server: ThrowAwayServer): Promise<unknown> {
  const check = new ReadinessCheck({ archive: parts }, { goodFor: 0 });
  expect(await check.read()).toEqual({ ready: true, problems: [] });
  await server.kill();
  try {
    return (await check.read()).problems;
  } finally {
    await server.start();
  }
}

test('while PostgreSQL is stopped, the health says so at once, and which setting names it', async () => {
  process.env['READINESS_DATABASE'] = await postgres.createDatabase();
  const settings = { directory: await newDirectory(), database: 'env:READINESS_DATABASE', reserve: 0 };
  const archive = await openArchive(settings, { create: true });
  const bridge = await openBridge(settings);
  const stopped = {
    need: 'archive',
    code: 'ARCHIVE_UNAVAILABLE',
    field: 'archive.database',
    message: expect.stringMatching(/^The database postgresql:.* cannot be used: no server listens there\.$/) as string,
    remedy: expect.stringContaining('Start the server') as string,
  };
  expect(await saidOf(archive.parts, postgres)).toMatchObject([stopped]);
  expect(await saidOf([bridge], postgres)).toMatchObject([stopped]);
  await archive.close();
  await bridge.close();
});

test('while S3 is stopped, the health says so at once', async () => {
  const { endpoint, region, accessKeyId, secretAccessKey } = s3.access;
  Object.assign(process.env, { READINESS_KEY: accessKeyId, READINESS_SECRET: secretAccessKey });
  const credentials = { accessKeyId: 'env:READINESS_KEY', secretAccessKey: 'env:READINESS_SECRET' };
  const bucket = await s3.createBucket();
  const files = { s3: { bucket, endpoint, region, pathStyle: true, credentials } };
  const archive = await openArchive({ directory: await newDirectory(), files, reserve: 0 }, { create: true });
  expect(await saidOf(archive.parts, s3)).toMatchObject([
    { code: 'ARCHIVE_UNAVAILABLE', field: 'archive.files', message: expect.not.stringContaining('ms') as string },
  ]);
  await archive.close();
});
