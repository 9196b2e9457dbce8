import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FileDigest } from '../../../src/archive/archive.js';
import { checkedFile } from '../../../src/archive/files/checked-file.js';
import { newKey } from '../../../src/archive/files/file-key.js';
import type { FileStore } from '../../../src/archive/files/file-store.js';

/** A store of its own, and what somebody else may do to it. */
export interface TestedStore {
  /** The setting that its errors name. */
  field: string;
  open(archiveId: string, create: boolean): Promise<FileStore>;
  /** The names of everything that is there, also of what is not finished, without the marker. */
  names(): Promise<string[]>;
  /** Puts an object in the place of another. */
  replace(key: string, content: Buffer): Promise<void>;
  /** Puts something that is not ours there. */
  putForeign(): Promise<void>;
  loseMarker(): Promise<void>;
}

export const ARCHIVE = 'archive-of-the-tests';

/** A stream of these bytes in pieces of 60,000 bytes. */
export function streamOf(content: Buffer): Readable {
  return Readable.from(
    (function* () {
      for (let at = 0; at < content.length; at += 60_000) yield content.subarray(at, at + 60_000);
    })(),
  );
}

/** A stream that gives so many bytes, then breaks. */
export function brokenAfter(bytes: number, error: Error): Readable {
  return Readable.from(
    (function* () {
      for (let left = bytes; left > 0; left -= 60_000) yield Buffer.alloc(Math.min(left, 60_000), 'x');
      throw error;
    })(),
  );
}

export function digestOf(content: Buffer): FileDigest {
  return { size: content.length, sha256: createHash('sha256').update(content).digest('hex') };
}

/** What a reader gets of an object that is checked, and how it ends. */
export async function checkedReading(store: FileStore, key: string, recorded: FileDigest) {
  let bytes = 0;
  try {
    const stream = checkedFile(await store.open(key), recorded, () => new Error('changed'));
    if (stream === undefined) return { bytes, end: 'not there' };
    for await (const piece of stream) bytes += (piece as Buffer).length;
    return { bytes, end: 'whole' };
  } catch (error) {
    return { bytes, end: (error as Error).message };
  }
}

/** What every store does. */
export function describeStore(make: () => Promise<TestedStore>): void {
  let tested: TestedStore;
  let store: FileStore;
  let key: string;

  beforeEach(async () => {
    tested = await make();
    store = await tested.open(ARCHIVE, true);
    key = newKey('signed');
  });
  afterEach(() => store.close());

  const unavailable = (reason: unknown = expect.any(String)) =>
    expect.objectContaining({
      code: 'ARCHIVE_UNAVAILABLE',
      field: tested.field,
      remedy: expect.any(String),
      facts: expect.objectContaining({ reason }),
    });

  it.each([0, 1, 100_000, 20_000_000])('an object of %i bytes is read as it was written', async (bytes) => {
    const content = randomBytes(bytes);
    expect(await store.write(key, streamOf(content), { expectedBytes: bytes })).toEqual(digestOf(content));
    expect(await store.size(key)).toBe(bytes);
    const opened = await store.open(key);
    if (opened === undefined || opened === 'notFile') throw new Error('It was not opened.');
    expect(opened.size).toBe(bytes);
    expect(content.equals(Buffer.concat(await opened.stream.toArray()))).toBe(true);
    expect(await checkedReading(store, key, digestOf(content))).toEqual({ bytes, end: 'whole' });
    expect(await tested.names()).toEqual([key]);
  });

  it('ten are written and read at once', async () => {
    const contents = Array.from({ length: 10 }, () => randomBytes(300_000));
    const keys = contents.map(() => newKey('document'));
    await Promise.all(contents.map((content, at) => store.write(keys[at] ?? '', streamOf(content))));
    const readings = contents.map((content, at) => checkedReading(store, keys[at] ?? '', digestOf(content)));
    expect(await Promise.all(readings)).toEqual(contents.map(() => ({ bytes: 300_000, end: 'whole' })));
  });

  it('what is not there is told so, and its removal is harmless', async () => {
    expect(await store.open(key)).toBeUndefined();
    expect(await store.size(key)).toBeUndefined();
    await store.remove(key);
    await store.write(key, streamOf(Buffer.from('content')));
    await store.remove(key);
    await store.remove(key);
    expect(await store.open(key)).toBeUndefined();
    expect(await tested.names()).toEqual([]);
  });

  it.each([0, 200_000, 12_000_000])('a source that breaks after %i bytes leaves nothing', async (bytes) => {
    const error = new Error('the source broke');
    await expect(store.write(key, brokenAfter(bytes, error))).rejects.toBe(error);
    expect(await store.open(key)).toBeUndefined();
    expect(await tested.names()).toEqual([]);
  });

  it('a source that broke before it was given leaves nothing', async () => {
    const error = new Error('the source broke');
    const source = streamOf(Buffer.from('content'));
    source.destroy(error);
    await expect(store.write(key, source)).rejects.toBe(error);
    expect(await tested.names()).toEqual([]);
  });

  it.each<[string, (content: Buffer) => Buffer]>([
    ['with one bit flipped', (content) => flipped(content, 50_000)],
    ['with its last byte changed', (content) => flipped(content, content.length - 1)],
    ['cut short', (content) => content.subarray(0, 50_000)],
    ['emptied', () => Buffer.alloc(0)],
    ['grown by a byte', (content) => Buffer.concat([content, Buffer.from(' ')])],
  ])('an object %s is not read whole', async (_name, change) => {
    const content = randomBytes(200_000);
    const recorded = await store.write(key, streamOf(content));
    await tested.replace(key, change(content));
    const { bytes, end } = await checkedReading(store, key, recorded);
    expect(end).toBe('changed');
    expect(bytes).toBeLessThan(content.length);
  });

  it('streams that nobody reads to the end do not stop others', async () => {
    const content = randomBytes(3_000_000);
    const recorded = await store.write(key, streamOf(content));
    for (let turn = 0; turn < 60; turn += 1) {
      const stream = checkedFile(await store.open(key), recorded, () => new Error('changed'));
      // Some are destroyed before they are read, others in the middle.
      if (turn % 2 === 0) for await (const _piece of stream ?? []) break;
      stream?.destroy();
    }
    expect(await checkedReading(store, key, recorded)).toEqual({ bytes: content.length, end: 'whole' });
  });

  it('a trial leaves nothing', async () => {
    await store.assertUsable();
    expect(await tested.names()).toEqual([]);
    expect(await store.sweep()).toBe(0);
  });

  it('a sweep leaves objects and what is under way', async () => {
    const content = randomBytes(100_000);
    const recorded = await store.write(key, streamOf(content));
    expect(await store.sweep()).toBe(0);
    expect(await checkedReading(store, key, recorded)).toEqual({ bytes: content.length, end: 'whole' });
  });

  it('it is opened again by the same archive alone', async () => {
    const content = randomBytes(1000);
    const recorded = await store.write(key, streamOf(content));
    const again = await tested.open(ARCHIVE, false);
    expect(await checkedReading(again, key, recorded)).toEqual({ bytes: 1000, end: 'whole' });
    again.close();
    for (const create of [false, true])
      await expect(tested.open('another', create)).rejects.toEqual(unavailable('another archive'));
  });

  it('without its marker, nothing counts as missing', async () => {
    await store.write(key, streamOf(Buffer.from('content')));
    await tested.loseMarker();
    const other = newKey('document');
    await expect(store.open(other)).rejects.toEqual(unavailable('no archive'));
    await expect(store.size(other)).rejects.toEqual(unavailable('no archive'));
    await expect(store.assertUsable()).rejects.toEqual(unavailable('no archive'));
    await expect(store.sweep()).rejects.toEqual(unavailable('no archive'));
    for (const create of [false, true])
      await expect(tested.open(ARCHIVE, create)).rejects.toEqual(unavailable('no archive'));
  });

  it('of several that make it at once, each gets the same store', async () => {
    const place = await make();
    const stores = await Promise.all(Array.from({ length: 5 }, () => place.open(ARCHIVE, true)));
    for (const each of stores) {
      await each.assertUsable();
      each.close();
    }
  });

  it('it is made only on request, and not among the things of somebody else', async () => {
    const place = await make();
    await expect(place.open(ARCHIVE, false)).rejects.toEqual(unavailable('no archive'));
    await place.putForeign();
    await expect(place.open(ARCHIVE, true)).rejects.toEqual(unavailable('no archive'));
  });

  it.each(['../../etc/passwd', 'archive.json', '', 'aa/../../x', `${'a'.repeat(31)}/`])(
    'the key %j of a damaged record leads nowhere',
    async (bad) => {
      const damaged = { code: 'ARCHIVE_UNAVAILABLE', facts: { reason: 'damaged key' } };
      await expect(store.open(bad)).rejects.toMatchObject(damaged);
      await expect(store.remove(bad)).rejects.toMatchObject(damaged);
      await expect(store.write(bad, streamOf(Buffer.from('x')))).rejects.toMatchObject(damaged);
    },
  );
}

export function flipped(content: Buffer, at: number): Buffer {
  const copy = Buffer.from(content);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
