import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ArchiveFile, AttemptKey, StorableFile } from '../../../src/archive/archive.js';
import { textOf } from '../sample-start.js';
import { flipped } from '../files/store-contract.js';
import { reading, type TestedArchive } from './tested-archive.js';

/** Several pieces, so that some can be held back. */
const CONTENT = Buffer.alloc(100_000, 'what was stored ');

const STORABLE: StorableFile[] = [
  { kind: 'supplied', index: 1 },
  { kind: 'signed', index: 1 },
  { kind: 'contract' },
  { kind: 'signed-contract' },
  { kind: 'declaration' },
];
const KINDS: ArchiveFile[] = [{ kind: 'document', index: 1 }, ...STORABLE, { kind: 'evidence' }];

const signed: StorableFile = { kind: 'signed', index: 2 };
const notFound = expect.objectContaining({ code: 'DOCUMENT_NOT_FOUND' });

async function* brokenLine(): AsyncGenerator<Buffer> {
  yield Buffer.from('half');
  throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
}

/** The files of attempts. */
export function describeFiles(given: () => TestedArchive): void {
  let key: AttemptKey;
  beforeEach(async () => {
    key = await given().start(undefined, { 'a.pdf': CONTENT.toString(), 'b.pdf': 'second document' });
  });

  const store = async (file: StorableFile, words: string | Uint8Array) =>
    await given().archive.storeFile(key, file, Readable.from([Buffer.from(words)]));
  const text = async (file: ArchiveFile) => await textOf((await given().archive.openFile(key, file)).stream);
  /** What is in the store and in the records, to be compared. */
  const kept = async () => ({ objects: await given().place.objects(), intents: await given().intents() });

  it.each(STORABLE)('of kind $kind come back as they were stored', async (file) => {
    const content = randomBytes(200_000);
    const pieces = Readable.from([content.subarray(0, 7), content.subarray(7)]);
    const stored = await given().archive.storeFile(key, file, pieces, { expectedBytes: 200_000 });
    expect(stored).toEqual({ size: 200_000, sha256: createHash('sha256').update(content).digest('hex') });
    const { stream, ...digest } = await given().archive.openFile(key, file, stored);
    expect(digest).toEqual(stored);
    expect(Buffer.concat(await stream.toArray()).equals(content)).toBe(true);
    expect((await given().archive.locateFile(key, file)).size).toBe(200_000);
  });

  it('have a number of their own, and an attempt of their own', async () => {
    await store({ kind: 'signed', index: 1 }, 'one');
    await store({ kind: 'signed', index: 10 }, 'ten');
    expect([await text({ kind: 'signed', index: 1 }), await text({ kind: 'signed', index: 10 })]).toEqual([
      'one',
      'ten',
    ]);
    const next = await given().start({ ...key, attempt: 2 });
    await expect(given().archive.openFile(next, { kind: 'signed', index: 1 })).rejects.toEqual(notFound);
  });

  it('show in their place neither the reference nor the name of a document', async () => {
    const { location } = await given().archive.locateFile(key, { kind: 'document', index: 1 });
    expect(location).not.toContain(key.reference);
    expect(location).toMatch(/[0-9a-f]{2}\/[0-9a-f]{30}\.pdf$/);
  });

  it('are not found before they are stored', async () => {
    await expect(given().archive.openFile(key, signed)).rejects.toEqual(notFound);
    await expect(given().archive.locateFile(key, { kind: 'evidence' })).rejects.toEqual(notFound);
    await expect(given().archive.openFile(key, { kind: 'document', index: 3 })).rejects.toEqual(notFound);
  });

  it('are replaced whole by storing again, and removed', async () => {
    await store(signed, 'a longer first version');
    await store(signed, 'second');
    expect(await text(signed)).toBe('second');
    await given().archive.removeFile(key, signed);
    await given().archive.removeFile(key, signed);
    await expect(given().archive.openFile(key, signed)).rejects.toEqual(notFound);
    await store(signed, 'third');
    expect(await text(signed)).toBe('third');
  });

  it('are never written over: what is being read is read to its end', async () => {
    await store(signed, Buffer.alloc(300_000, 'a'));
    const before = await given().archive.locateFile(key, signed);
    const { stream } = await given().archive.openFile(key, signed);
    await store(signed, 'second');
    expect(await textOf(stream)).toBe('a'.repeat(300_000));
    expect((await given().archive.locateFile(key, signed)).location).not.toBe(before.location);
  });

  it('are one of the versions, never a mixture, when several store it at once', async () => {
    const versions = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(500_000));
    const stored = await Promise.all(versions.map((version) => store(signed, version)));
    const { stream, ...digest } = await given().archive.openFile(key, signed);
    expect(versions).toContain(await textOf(stream));
    expect(stored).toContainEqual(digest);
    expect((await given().intents()).filter(({ state }) => state === 'writing')).toEqual([]);
  });

  it('keep their earlier content when the stream breaks, and the stream says why', async () => {
    await store(signed, 'good');
    const before = await kept();
    const broken = given().archive.storeFile(key, signed, Readable.from(brokenLine()));
    await expect(broken).rejects.toThrow('read ECONNRESET');
    expect(await text(signed)).toBe('good');
    expect(await kept()).toEqual(before);
  });

  it('are not stored from a stream that broke before it was read, or that is none of bytes', async () => {
    const before = await kept();
    const early = new Readable({ read() {} });
    const storing = given().archive.storeFile(key, signed, early);
    early.destroy(new Error('too early'));
    await expect(storing).rejects.toThrow('too early');
    await expect(given().archive.storeFile(key, signed, Readable.from([{ no: 'bytes' }]))).rejects.toThrow(TypeError);
    expect(await kept()).toEqual(before);
  });

  it('are not written for an attempt that is not there', async () => {
    const before = await kept();
    const source = Readable.from([CONTENT]);
    const storing = given().archive.storeFile({ ...key, attempt: 7 }, signed, source);
    await expect(storing).rejects.toMatchObject({ code: 'REQUEST_NOT_FOUND' });
    expect(source.destroyed).toBe(true);
    expect(await kept()).toEqual(before);
  });

  it('stay in the store for a while after they were replaced or removed', async () => {
    await store(signed, 'first');
    const first = await given().objectOf(key, signed);
    await store(signed, 'second');
    const second = await given().objectOf(key, signed);
    await given().archive.removeFile(key, signed);
    const states = new Map((await given().intents()).map(({ object, state }) => [object, state]));
    expect([states.get(first), states.get(second)]).toEqual(['replaced', 'replaced']);
    expect([await given().store.size(first), await given().store.size(second)]).toEqual([5, 6]);
  });

  it('that are copied for a verification are copied as they were stored, and the copy is removed', async () => {
    const digest = await store({ kind: 'contract' }, CONTENT);
    const contract = { kind: 'contract' } as const;
    let place = '';
    const answer = await given().archive.withCopy(key, contract, digest, async (path) => {
      place = path;
      return await readFile(path, 'utf8');
    });
    expect(answer).toBe(CONTENT.toString());
    expect(existsSync(place)).toBe(false);
    const failing = given().archive.withCopy(key, contract, digest, () => Promise.reject(new Error('not valid')));
    await expect(failing).rejects.toThrow('not valid');
    await given().place.replace(await given().objectOf(key, contract), flipped(CONTENT, 50_000));
    const copying = given().archive.withCopy(key, contract, digest, () => Promise.resolve('copied'));
    await expect(copying).rejects.toMatchObject({ code: 'ARCHIVED_FILE_CHANGED' });
  });

  it('hold evidence, which is replaced by writing it again', async () => {
    const { archive } = given();
    await archive.writeEvidence(key, { version: 1, first: true }, { replace: true });
    await archive.writeEvidence(key, { version: 1, words: 'ñ' }, { replace: true });
    expect(JSON.parse(await text({ kind: 'evidence' }))).toEqual({ version: 1, words: 'ñ' });
  });

  it('hold evidence that stays if the caller does not replace it', async () => {
    const { archive } = given();
    await archive.writeEvidence(key, { version: 1 }, { replace: false });
    const before = await kept();
    await archive.writeEvidence(key, { version: 2 }, { replace: false });
    expect(JSON.parse(await text({ kind: 'evidence' }))).toEqual({ version: 1 });
    expect(await kept()).toEqual(before);
  });

  const CHANGES: Record<string, (content: Buffer) => Buffer> = {
    'one bit of it flipped': (content) => flipped(content, content.length >> 1),
    'its last byte changed': (content) => flipped(content, content.length - 1),
    'it cut short': (content) => content.subarray(0, content.length >> 1),
    'it emptied': () => Buffer.alloc(0),
    'it grown by a byte': (content) => Buffer.concat([content, Buffer.from(' ')]),
  };

  describe.each(KINDS)('of kind $kind', (file) => {
    const facts = 'index' in file ? { kind: file.kind, index: 1 } : { kind: file.kind };
    const changed = expect.objectContaining({ code: 'ARCHIVED_FILE_CHANGED', facts });
    let object: string;
    let content: Buffer;
    beforeEach(async () => {
      if (file.kind === 'evidence')
        await given().archive.writeEvidence(key, { words: CONTENT.toString() }, { replace: true });
      else if (file.kind !== 'document') await store(file, CONTENT);
      object = await given().objectOf(key, file);
      content = Buffer.from(await text(file));
    });

    it.each(Object.entries(CHANGES))('with %s never leave the archive whole', async (_name, change) => {
      await given().place.replace(object, change(content));
      const { bytes, error } = await reading(given().archive.openFile(key, file));
      expect(error).toEqual(changed);
      expect(bytes).toBeLessThan(content.length);
      // Restored, it leaves again.
      await given().place.replace(object, content);
      expect(await reading(given().archive.openFile(key, file))).toEqual({ bytes: content.length, error: undefined });
    });

    it('are not those that the caller expects, whatever the record says', async () => {
      const { stream, ...digest } = await given().archive.openFile(key, file);
      stream.destroy();
      for (const other of [{ sha256: '0'.repeat(64) }, { size: digest.size + 1 }])
        await expect(given().archive.openFile(key, file, { ...digest, ...other })).rejects.toEqual(changed);
    });

    it('that are gone are reported as lost, with what to do', async () => {
      await given().store.remove(object);
      const lost = expect.objectContaining({ code: 'DOCUMENT_NOT_FOUND', facts, remedy: expect.any(String) });
      await expect(given().archive.openFile(key, file)).rejects.toEqual(lost);
      await expect(given().archive.locateFile(key, file)).rejects.toEqual(lost);
    });
  });
}
