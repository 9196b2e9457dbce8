import { spawnSync } from 'node:child_process';
import { mkdir, readdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Archive, StorableFile } from '../../src/archive/archive.js';
import { reading } from './contract/tested-archive.js';
import { keyOf, newArchive, removeDirectories, startedRequest, textOf } from './sample-start.js';

afterEach(removeDirectories);

const key = keyOf('files');
const contract: StorableFile = { kind: 'contract' };
const CONTENT = Buffer.alloc(2_000_000, 'what was stored ');
let archive: Archive;
let directory: string;
let path: string;

beforeEach(async () => {
  ({ archive, directory } = await newArchive());
  await startedRequest(archive, key);
  await archive.storeFile(key, contract, Readable.from([CONTENT]));
  ({ location: path } = await archive.locateFile(key, contract));
});

const IN_ITS_PLACE: Record<string, () => Promise<void>> = {
  'a link': async () => {
    await rename(path, `${path}.elsewhere`);
    await symlink(`${path}.elsewhere`, path);
  },
  'a link to nothing': async () => {
    await rm(path);
    await symlink('/nowhere', path);
  },
  'a folder': async () => {
    await rm(path);
    await mkdir(path);
  },
  'a pipe': async () => {
    await rm(path);
    spawnSync('mkfifo', [path]);
  },
};

it.each(Object.entries(IN_ITS_PLACE))('%s in the place of a file is not read', async (_name, change) => {
  await change();
  const { bytes, error } = await reading(archive.openFile(key, contract));
  expect({ bytes, error }).toMatchObject({ bytes: 0, error: { code: 'ARCHIVED_FILE_CHANGED' } });
});

it('a file that is put in the place of another after it was opened is not read', async () => {
  const { stream } = await archive.openFile(key, contract);
  await rename(path, `${path}.elsewhere`);
  await writeFile(path, CONTENT.toString().toUpperCase());
  expect(await textOf(stream)).toBe(CONTENT.toString());
});

it.each([
  ['changed', async () => writeFile(path, CONTENT.toString().toUpperCase(), { flag: 'r+' })],
  ['cut short', async () => truncate(path, 70_000)],
])('a file that is %s while it is read is not handed out whole', async (_name, change) => {
  const { stream } = await archive.openFile(key, contract);
  let bytes = 0;
  const read = async (): Promise<void> => {
    for await (const piece of stream) {
      if (bytes === 0) await change();
      bytes += (piece as Buffer).length;
    }
  };
  await expect(read()).rejects.toMatchObject({ code: 'ARCHIVED_FILE_CHANGED' });
  expect(bytes).toBeLessThan(CONTENT.length);
});

it('a file keeps its earlier content when what is read back differs from what was written', async () => {
  const drafts = join(directory, 'files', '.drafts');
  async function* spoiledOnDisk(): AsyncGenerator<Buffer> {
    yield Buffer.from('written ');
    // The first piece is on the disk when the second is asked for. This disk does not keep what was written.
    const [draft = ''] = await readdir(drafts);
    await writeFile(join(drafts, draft), 'rotten', { flag: 'r+' });
    yield Buffer.from('to the end');
  }
  const source = Readable.from(spoiledOnDisk(), { highWaterMark: 1 });
  await expect(archive.storeFile(key, contract, source)).rejects.toMatchObject({
    code: 'ARCHIVE_UNAVAILABLE',
    facts: { reason: 'read back differs' },
  });
  expect(await textOf((await archive.openFile(key, contract)).stream)).toBe(CONTENT.toString());
  expect(await readdir(drafts)).toEqual([]);
});
