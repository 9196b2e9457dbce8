import { once } from 'node:events';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteObjectCommand, ListMultipartUploadsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { newKey } from '../../../src/archive/files/file-key.js';
import { openFileStore } from '../../../src/archive/files/open-store.js';
import { openS3Store } from '../../../src/archive/files/s3-store.js';
import { LEFTOVER_AGE } from '../../../src/archive/files/sweep-drafts.js';
import { childCommand, endOf, startChild } from '../children/child.js';
import { S3UnderTest } from './s3-under-test.js';
import { ARCHIVE, describeStore, streamOf, type TestedStore } from './store-contract.js';

let at: S3UnderTest;
beforeAll(async () => {
  at = await S3UnderTest.start();
});
afterAll(() => at.close());

async function tested(): Promise<TestedStore> {
  const s3 = at.settings();
  const put = async (name: string, content: Buffer | string) => {
    await at.client.send(new PutObjectCommand({ Bucket: at.bucket, Key: `${s3.prefix}/${name}`, Body: content }));
  };
  return {
    field: 'archive.files',
    open: (archiveId, create) =>
      openFileStore({ directory: '/nowhere', files: { s3 }, reserve: 0 }, { archiveId, create }),
    names: async () => (await at.namesBelow(s3.prefix)).filter((name) => name !== 'archive.json'),
    replace: put,
    putForeign: () => put('letters.txt', 'not ours'),
    loseMarker: async () => {
      await at.client.send(new DeleteObjectCommand({ Bucket: at.bucket, Key: `${s3.prefix}/archive.json` }));
    },
  };
}

describe('a bucket', () => {
  describeStore(tested);
});

it('a bucket without a prefix', async () => {
  const bucket = await at.server.createBucket();
  const settings = { ...at.settings({ bucket }), prefix: undefined };
  const store = await openS3Store(settings, { archiveId: ARCHIVE, create: true });
  const key = newKey('signed');
  await store.write(key, streamOf(Buffer.from('content')));
  expect(store.location(key)).toBe(`s3://${bucket}/${key}`);
  expect(await store.size(key)).toBe(7);
  store.close();
});

it('a process killed while writing leaves whole objects, and parts that are swept', async () => {
  const settings = at.settings();
  const store = await openS3Store(settings, { archiveId: ARCHIVE, create: true });
  for (let round = 0; round < 4; round += 1) {
    const child = startChild(childCommand('write-to-s3-forever.ts', JSON.stringify(settings), ARCHIVE));
    const end = endOf(child);
    if (child.stdout === null) throw new Error('The child has no output.');
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    expect((await end).code).toBeNull();
  }
  expect(await store.sweep()).toBe(0);
  const left = await uploadsBelow(settings.prefix);
  expect(left).toBeGreaterThan(0);
  await makeUploadsOld();
  expect(await store.sweep()).toBe(left);
  expect(await uploadsBelow(settings.prefix)).toBe(0);
  const names = (await at.namesBelow(settings.prefix)).filter((name) => name !== 'archive.json');
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) expect(await store.size(name)).toBe(12_000_000);
  store.close();
});

async function uploadsBelow(prefix: string): Promise<number> {
  const command = new ListMultipartUploadsCommand({ Bucket: at.bucket, Prefix: prefix });
  return ((await at.client.send(command)).Uploads ?? []).length;
}

/** The server takes the time of an upload from its folder. */
async function makeUploadsOld(): Promise<void> {
  const then = new Date(Date.now() - LEFTOVER_AGE - 1000);
  const below = join(at.server.objects, at.bucket, '.sgwtmp', 'multipart');
  for (const object of await readdir(below))
    for (const upload of await readdir(join(below, object))) await utimes(join(below, object, upload), then, then);
}
