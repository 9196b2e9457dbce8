import { mkdir, open, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { spawnSync } from 'node:child_process';
import type { Archive, ArchiveFile, FileDigest, StorableFile } from '../../src/archive/archive.js';
import { withLocalCopy } from '../../src/archive/local-copy.js';
import { keyOf, newArchive, removeDirectories, startedRequest, textOf } from './sample-start.js';

afterEach(removeDirectories);

const key = keyOf('files');
/** Several pieces, so that some can be held back. */
const CONTENT = Buffer.alloc(100_000, 'what was stored ');
let archive: Archive;

beforeEach(async () => {
  ({ archive } = await newArchive());
  await startedRequest(archive, key, { 'a.pdf': CONTENT.toString(), 'b.pdf': 'second document' });
});

/** A stored file of each kind, and its path. */
async function stored(file: ArchiveFile): Promise<string> {
  if (file.kind === 'evidence') await archive.writeEvidence(key, { words: CONTENT.toString() }, { replace: true });
  else if (file.kind !== 'document') await archive.storeFile(key, file, Readable.from([CONTENT]));
  return (await archive.locateFile(key, file)).path;
}

const KINDS: ArchiveFile[] = [
  { kind: 'document', index: 1 },
  { kind: 'supplied', index: 1 },
  { kind: 'signed', index: 1 },
  { kind: 'contract' },
  { kind: 'signed-contract' },
  { kind: 'declaration' },
  { kind: 'evidence' },
];

const CHANGES: Record<string, (path: string) => Promise<void>> = {
  'one bit of it flipped': async (path) => {
    const handle = await open(path, 'r+');
    await handle.write('X', 50_000);
    await handle.close();
  },
  'its last byte changed': async (path) => {
    const handle = await open(path, 'r+');
    await handle.write('X', (await handle.stat()).size - 1);
    await handle.close();
  },
  'it cut short': (path) => truncate(path, 50_000),
  'it emptied': (path) => truncate(path, 0),
  'it grown by a byte': (path) => writeFile(path, ' ', { flag: 'a' }),
  'a link in its place': async (path) => {
    await rename(path, `${path}.elsewhere`);
    await symlink(`${path}.elsewhere`, path);
  },
  'a link to nothing in its place': async (path) => {
    await rm(path);
    await symlink('/nowhere', path);
  },
  'a folder in its place': async (path) => {
    await rm(path);
    await mkdir(path);
  },
  'a pipe in its place': async (path) => {
    await rm(path);
    expect(spawnSync('mkfifo', [path]).status).toBe(0);
  },
};

/** What a reader gets, and how it ends. */
async function reading(opening: Promise<{ stream: Readable }>): Promise<{ bytes: number; error: unknown }> {
  let bytes = 0;
  try {
    const { stream } = await opening;
    for await (const piece of stream) bytes += (piece as Buffer).length;
    return { bytes, error: undefined };
  } catch (error) {
    return { bytes, error };
  }
}

describe.each(KINDS)('a stored file of kind $kind', (file) => {
  const facts = 'index' in file ? { kind: file.kind, index: 1 } : { kind: file.kind };
  const changed = expect.objectContaining({ code: 'ARCHIVED_FILE_CHANGED', facts });

  it.each(Object.entries(CHANGES))('with %s never leaves the archive whole', async (_name, change) => {
    const path = await stored(file);
    const { size } = await archive.locateFile(key, file);
    await change(path);
    const { bytes, error } = await reading(archive.openFile(key, file));
    expect(error).toEqual(changed);
    expect(bytes).toBeLessThan(size);
  });

  it('that was restored leaves it again', async () => {
    const path = await stored(file);
    const before = await readFile(path);
    await writeFile(path, 'another one');
    await expect(archive.openFile(key, file)).rejects.toEqual(changed);
    await writeFile(path, before);
    expect((await reading(archive.openFile(key, file))).bytes).toBe(before.length);
  });

  it('is not the one that the caller expects, whatever its record says', async () => {
    await stored(file);
    const { stream, ...digest } = await archive.openFile(key, file);
    stream.destroy();
    await expect(archive.openFile(key, file, { ...digest, sha256: '0'.repeat(64) })).rejects.toEqual(changed);
    await expect(archive.openFile(key, file, { ...digest, size: digest.size + 1 })).rejects.toEqual(changed);
  });
});

const contract: StorableFile = { kind: 'contract' };

it('a file that is put in the place of another after it was opened is not read', async () => {
  const path = await stored(contract);
  const { stream } = await archive.openFile(key, contract);
  await rename(path, `${path}.elsewhere`);
  await writeFile(path, CONTENT.toString().toUpperCase());
  expect(await textOf(stream)).toBe(CONTENT.toString());
});

it.each([
  ['changed', async (path: string) => writeFile(path, CONTENT.toString().toUpperCase(), { flag: 'r+' })],
  ['cut short', async (path: string) => truncate(path, 70_000)],
])('a file that is %s while it is read is not handed out whole', async (_name, change) => {
  const large = Buffer.alloc(2_000_000, 'stored ');
  await archive.storeFile(key, contract, Readable.from([large]));
  const { path } = await archive.locateFile(key, contract);
  const { stream } = await archive.openFile(key, contract);
  let bytes = 0;
  const read = async (): Promise<void> => {
    for await (const piece of stream) {
      if (bytes === 0) await change(path);
      bytes += (piece as Buffer).length;
    }
  };
  await expect(read()).rejects.toMatchObject({ code: 'ARCHIVED_FILE_CHANGED' });
  expect(bytes).toBeLessThan(large.length);
});

it('a record that was damaged names its file, and nothing is handed out', async () => {
  const path = await stored(contract);
  await writeFile(join(path, '..', '..', 'contract.hash.json'), '{"key":"../../../etc","sha256":"","size":1}');
  await expect(archive.openFile(key, contract)).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE' });
});

it('a stored file that is gone is reported as lost, with what to do', async () => {
  await rm(await stored({ kind: 'signed', index: 2 }));
  const lost = {
    code: 'DOCUMENT_NOT_FOUND',
    message: expect.stringContaining('Signed document 2 is missing') as string,
  };
  await expect(archive.openFile(key, { kind: 'signed', index: 2 })).rejects.toMatchObject(lost);
});

const copyOf = (digest: FileDigest) =>
  withLocalCopy(archive, key, contract, digest, async (path) => ({ path, content: await readFile(path, 'utf8') }));

describe('a copy for a verification', () => {
  it('is what was stored, and is removed', async () => {
    const digest = await archive.storeFile(key, contract, Readable.from([CONTENT]));
    const { path, content } = await copyOf(digest);
    expect(content).toBe(CONTENT.toString());
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is not made of another file', async () => {
    const digest = await archive.storeFile(key, contract, Readable.from([CONTENT]));
    const { path } = await archive.locateFile(key, contract);
    await writeFile(path, CONTENT.toString().toUpperCase());
    await expect(copyOf(digest)).rejects.toMatchObject({ code: 'ARCHIVED_FILE_CHANGED' });
  });
});
