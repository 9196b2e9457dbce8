import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { checkedFile } from '../../../src/archive/files/checked-file.js';
import { newKey } from '../../../src/archive/files/file-key.js';
import { S3UnderTest } from './s3-under-test.js';
import { checkedReading, digestOf, streamOf } from './store-contract.js';

let at: S3UnderTest;
beforeAll(async () => {
  at = await S3UnderTest.start();
});
afterAll(() => at.close());
beforeEach(() => {
  at.faults.fault = () => undefined;
  at.faults.arrived.length = 0;
});

/** Three parts. */
const LARGE = randomBytes(12_000_000);

describe('what goes wrong once is tried again', () => {
  it.each([
    ['the server is busy at the first part', /PUT .*partNumber=1/, { status: 503, code: 'SlowDown' }],
    ['the server has a fault at the second part', /PUT .*partNumber=2/, { status: 500, code: 'InternalError' }],
    ['the answer to a part is lost', /PUT .*partNumber=2/, 'lost'],
    ['the answer to the last step is lost', /POST .*uploadId=/, 'lost'],
    ['the answer to the first step is lost', /POST .*uploads/, 'lost'],
  ] as const)('%s', async (_name, matching, fault) => {
    const { store, prefix } = await at.faultyStore();
    at.faults.first(matching, fault);
    const key = newKey('signed');
    expect(await store.write(key, streamOf(LARGE))).toEqual(digestOf(LARGE));
    expect(await checkedReading(store, key, digestOf(LARGE))).toEqual({ bytes: LARGE.length, end: 'whole' });
    // If the answer to the first step was lost, an upload is left, and swept later.
    expect(await at.namesBelow(prefix)).toEqual(expect.arrayContaining(['archive.json', key]));
    store.close();
  });

  it('a small object whose answer is lost', async () => {
    const { store, prefix } = await at.faultyStore();
    at.faults.first(/^PUT/, 'lost');
    const key = newKey('signed');
    const content = randomBytes(1000);
    expect(await store.write(key, streamOf(content))).toEqual(digestOf(content));
    expect((await at.namesBelow(prefix)).sort()).toEqual([key, 'archive.json'].sort());
    store.close();
  });
});

describe('what stays wrong is said, and nothing is left', () => {
  it.each([
    ['busy', /partNumber=2/, { status: 503, code: 'SlowDown' }, 'ARCHIVE_UNAVAILABLE', /is busy/],
    ['refusing', /partNumber=2/, { status: 403, code: 'AccessDenied' }, 'ARCHIVE_UNAVAILABLE', /access is denied/],
    ['full', /partNumber=3/, { status: 507, code: 'InsufficientStorage' }, 'ARCHIVE_FULL', /not enough space/],
    ['at its quota', /partNumber=1/, { status: 403, code: 'QuotaExceeded' }, 'ARCHIVE_FULL', /not enough space/],
    ['full in other words', /partNumber=1/, { status: 400, code: 'XMinioStorageFull' }, 'ARCHIVE_FULL', /space/],
    ['of another time', /partNumber=1/, { status: 403, code: 'RequestTimeTooSkewed' }, 'ARCHIVE_UNAVAILABLE', /clocks/],
    ['cut off', /partNumber=2/, 'lost', 'ARCHIVE_UNAVAILABLE', /connection was cut/],
    ['hung', /partNumber=2/, 'hung', 'ARCHIVE_UNAVAILABLE', /did not answer in time/],
    ['no S3 server', /partNumber=1/, { status: 418 }, 'ARCHIVE_UNAVAILABLE', /unknown error/],
  ] as const)('a server that is %s', async (_name, matching, fault, code, words) => {
    const { store, prefix } = await at.faultyStore(fault === 'hung' ? { answer: 2000, megabyte: 0 } : {});
    at.faults.first(matching, fault, 10);
    const source = streamOf(LARGE);
    await expect(store.write(newKey('signed'), source)).rejects.toMatchObject({
      code,
      field: 'archive.files',
      message: expect.stringMatching(words),
      remedy: expect.any(String),
    });
    expect(source.destroyed).toBe(true);
    expect(await at.namesBelow(prefix)).toEqual(['archive.json']);
    store.close();
  });

  it('an object that reads back as another one is removed', async () => {
    const { store, prefix } = await at.faultyStore();
    const key = newKey('signed');
    at.faults.first(new RegExp(`GET .*${key}`), 'flipped');
    await expect(store.write(key, streamOf(LARGE))).rejects.toMatchObject({
      code: 'ARCHIVE_UNAVAILABLE',
      facts: { reason: 'read back differs' },
    });
    expect(await at.namesBelow(prefix)).toEqual(['archive.json']);
    store.close();
  });

  it('an object that is asked for, without an answer, for no longer than two tries may take', async () => {
    const { store } = await at.faultyStore({ answer: 1000 });
    const key = newKey('signed');
    await store.write(key, streamOf(randomBytes(1000)));
    at.faults.arrived.length = 0;
    at.faults.first(/^GET/, 'hung', 10);
    await expect(store.open(key)).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE' });
    expect(at.faults.arrived.length).toBeLessThan(4);
    store.close();
  });

  it('a source that breaks ends the request that is under way', async () => {
    const { store, prefix } = await at.faultyStore();
    at.faults.first(/partNumber=2/, 'hung');
    const error = new Error('the source broke');
    const source = streamOf(LARGE);
    const writing = store.write(newKey('signed'), source);
    while (!at.faults.arrived.some((each) => each.includes('partNumber=2'))) await pause(5);
    source.destroy(error);
    await expect(writing).rejects.toBe(error);
    expect(await at.namesBelow(prefix)).toEqual(['archive.json']);
    store.close();
  });
});

it('an upload over a slow line lives, although pieces of objects must come faster', async () => {
  const { store } = await at.faultyStore({ piece: 2000 });
  at.faults.first(/partNumber=2/, 'slow');
  expect(await store.write(newKey('signed'), streamOf(LARGE))).toEqual(digestOf(LARGE));
  store.close();
});

it('ten uploads of 20 MB at once send one part of each at a time', async () => {
  const { store } = await at.faultyStore();
  const content = randomBytes(20_000_000);
  const writing = Array.from({ length: 10 }, () => store.write(newKey('document'), streamOf(content)));
  for (const written of await Promise.all(writing)) expect(written).toEqual(digestOf(content));
  expect(at.faults.mostParts).toBe(1);
  store.close();
});

describe('reading', () => {
  it.each([
    ['cut off', { cut: 1_000_000 }, /the connection was cut/],
    ['changed on the way', 'flipped', /^changed$/],
    ['hung', 'hung', /did not answer in time/],
    ['hung in the middle', { hangAfter: 1_000_000 }, /did not answer in time/],
  ] as const)('an object that is %s is not whole', async (_name, fault, words) => {
    const { store } = await at.faultyStore({ answer: 1500, piece: 1500 });
    const key = newKey('signed');
    const recorded = await store.write(key, streamOf(LARGE));
    at.faults.first(/^GET/, fault, 10);
    const { bytes, end } = await checkedReading(store, key, recorded);
    expect(end).toMatch(words);
    expect(bytes).toBeLessThan(LARGE.length);
    store.close();
  });

  it('takes as long as the reader takes', async () => {
    const { store } = await at.faultyStore({ piece: 2000 });
    const key = newKey('signed');
    const recorded = await store.write(key, streamOf(LARGE));
    const stream = checkedFile(await store.open(key), recorded, () => new Error('changed'));
    let bytes = 0;
    for await (const piece of stream ?? []) {
      if (bytes === 0) await pause(3000);
      bytes += (piece as Buffer).length;
    }
    expect(bytes).toBe(LARGE.length);
    store.close();
  });
});
