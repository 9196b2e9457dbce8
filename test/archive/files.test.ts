import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Readable } from 'node:stream';
import type { Archive, StorableFile } from '../../src/archive/archive.js';
import { keyOf, newArchive, removeDirectories, startedRequest, textOf } from './sample-start.js';

afterEach(removeDirectories);

const key = keyOf('files');
const signed: StorableFile = { kind: 'signed', index: 2 };
let archive: Archive;
let directory: string;

beforeEach(async () => {
  ({ archive, directory } = await newArchive());
  await startedRequest(archive, key);
});

async function leftovers(): Promise<string[]> {
  return await readdir(join(directory, 'incoming'));
}

async function* brokenLine(): AsyncGenerator<Buffer> {
  yield Buffer.from('half');
  throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
}

describe('a file of a request', () => {
  it.each<StorableFile>([signed, { kind: 'contract' }, { kind: 'signed-contract' }])(
    'of kind $kind comes back as it was stored',
    async (file) => {
      const content = Buffer.alloc(200_000, 'signed');
      const stored = await archive.storeFile(key, file, Readable.from([content.subarray(0, 7), content.subarray(7)]));
      expect(stored).toEqual({ size: 200_000, sha256: createHash('sha256').update(content).digest('hex') });
      const { stream, size } = await archive.openFile(key, file);
      expect(size).toBe(200_000);
      expect(await textOf(stream)).toBe(content.toString());
      expect(await archive.locateFile(key, file)).toMatchObject({ size });
      expect(await leftovers()).toEqual([]);
    },
  );

  it('has the name of its document when signed', async () => {
    await archive.storeFile(key, signed, Readable.from(['x']));
    const { path } = await archive.locateFile(key, signed);
    const stored = join(directory, 'requests', 'files', '1', 'stored');
    expect(relative(stored, path)).toMatch(/^[0-9a-f]{12}\/signed\/b\.pdf$/);
  });

  it('is not found before it is stored, and not when its document does not exist', async () => {
    const notFound = expect.objectContaining({ code: 'DOCUMENT_NOT_FOUND' });
    await expect(archive.openFile(key, signed)).rejects.toEqual(notFound);
    await expect(archive.locateFile(key, { kind: 'evidence' })).rejects.toEqual(notFound);
    await expect(archive.storeFile(key, { kind: 'signed', index: 3 }, Readable.from(['x']))).rejects.toEqual(notFound);
  });

  it('is replaced whole by storing again, and removed', async () => {
    await archive.storeFile(key, signed, Readable.from(['a longer first version']));
    await archive.storeFile(key, signed, Readable.from(['second']));
    expect(await textOf((await archive.openFile(key, signed)).stream)).toBe('second');
    await archive.removeFile(key, signed);
    await archive.removeFile(key, signed);
    await expect(archive.openFile(key, signed)).rejects.toMatchObject({ code: 'DOCUMENT_NOT_FOUND' });
  });

  it('is never written over: what is being read is read to its end, and what was replaced is gone', async () => {
    await archive.storeFile(key, signed, Readable.from([Buffer.alloc(300_000, 'a')]));
    const { path } = await archive.locateFile(key, signed);
    const { stream } = await archive.openFile(key, signed);
    await archive.storeFile(key, signed, Readable.from(['second']));
    expect(await textOf(stream)).toBe('a'.repeat(300_000));
    expect(existsSync(path)).toBe(false);
    expect((await archive.locateFile(key, signed)).path).not.toBe(path);
  });

  it('is one of the versions, never a mixture, when several store it at once', async () => {
    const versions = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(500_000));
    await Promise.all(versions.map((version) => archive.storeFile(key, signed, Readable.from([Buffer.from(version)]))));
    expect(versions).toContain(await textOf((await archive.openFile(key, signed)).stream));
  });

  it('keeps its earlier content when the stream breaks, and the stream says why', async () => {
    await archive.storeFile(key, signed, Readable.from(['good']));
    await expect(archive.storeFile(key, signed, Readable.from(brokenLine()))).rejects.toThrow('read ECONNRESET');
    expect(await textOf((await archive.openFile(key, signed)).stream)).toBe('good');
    expect(await leftovers()).toEqual([]);
  });

  it('is not stored from a stream that broke before it was read', async () => {
    const broken = new Readable({ read() {} });
    const storing = archive.storeFile(key, signed, broken);
    broken.destroy(new Error('too early'));
    await expect(storing).rejects.toThrow('too early');
    expect(await leftovers()).toEqual([]);
  });

  it('keeps its earlier content when what is read back differs from what was written', async () => {
    await archive.storeFile(key, signed, Readable.from(['good']));
    async function* spoiledOnDisk(): AsyncGenerator<Buffer> {
      yield Buffer.from('written ');
      // The first chunk is on the disk when the second is requested. This simulates a disk that does not keep what was written.
      const [draft = ''] = await leftovers();
      await writeFile(join(directory, 'incoming', draft), 'rotten', { flag: 'r+' });
      yield Buffer.from('to the end');
    }
    const source = Readable.from(spoiledOnDisk(), { highWaterMark: 1 });
    await expect(archive.storeFile(key, signed, source)).rejects.toMatchObject({
      code: 'ARCHIVE_UNAVAILABLE',
      facts: { reason: 'read back differs' },
    });
    expect(await textOf((await archive.openFile(key, signed)).stream)).toBe('good');
    expect(await leftovers()).toEqual([]);
  });

  it('is not stored from something that is no stream of bytes', async () => {
    await expect(archive.storeFile(key, signed, Readable.from([{ no: 'bytes' }]))).rejects.toThrow(TypeError);
    expect(await leftovers()).toEqual([]);
  });
});
