import { chmod, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { VideoIdError } from '../../src/messages/failures.js';
import { openArchive } from '../../src/archive/open-archive.js';
import type { RequestPk } from '../../src/messages/request.js';
import { keyOf, newArchive, newDirectory, removeDirectories, startedRequest } from './sample-start.js';

afterEach(removeDirectories);

const unavailable = expect.objectContaining({ code: 'ARCHIVE_UNAVAILABLE', field: 'archive.directory' });

/** What people read who open a directory without an archive. */
async function said(directory: string): Promise<string> {
  const error: unknown = await openArchive({ directory, reserve: 0 }).catch((each: unknown) => each);
  return error instanceof VideoIdError ? `${error.message} ${error.remedy ?? ''}` : '';
}

describe('opening an archive in a directory', () => {
  it('is refused where there is none, and makes nothing', async () => {
    const directory = await newDirectory();
    await expect(openArchive({ directory: join(directory, 'none'), reserve: 0 })).rejects.toEqual(unavailable);
    await expect(openArchive({ directory, reserve: 0 })).rejects.toEqual(unavailable);
    expect(await readdir(directory)).toEqual([]);
  });

  it('names the directory and what is there, and never leads to another archive', async () => {
    const directory = await newDirectory();
    const putBack =
      'Mount the disk of the archive there, or correct the settings of the archive (archive.*) so that they name where it is now.';
    const nowhere = join(directory, 'none');
    expect(await said(nowhere)).toBe(`There is no archive in ${nowhere}: it does not exist. ${putBack}`);
    expect(await said(directory)).toBe(`There is no archive in ${directory}: it is empty. ${putBack}`);
    await writeFile(join(directory, 'thesis.txt'), 'mine');
    expect(await said(directory)).toBe(`There is no archive in ${directory}: it has no records.sqlite. ${putBack}`);
  });

  it('does not give the files of a lost database to a new one', async () => {
    const { archive, directory } = await newArchive();
    await startedRequest(archive, keyOf('kept'));
    const { location: path } = await archive.locateFile(keyOf('kept'), { kind: 'document', index: 1 });
    await archive.close();
    for (const name of ['records.sqlite', 'records.sqlite-wal', 'records.sqlite-shm'])
      await rm(join(directory, name), { force: true });
    await expect(openArchive({ directory, reserve: 0 }, { create: true })).rejects.toEqual(unavailable);
    expect((await stat(path)).size).toBeGreaterThan(0);
  });

  it.each(['records.sqlite', 'index/index.sqlite'])('is refused when %s is damaged', async (name) => {
    const { archive, directory } = await newArchive();
    await archive.close();
    await writeFile(join(directory, name), 'not a database '.repeat(1000));
    for (const create of [false, true])
      await expect(openArchive({ directory, reserve: 0 }, { create })).rejects.toMatchObject({
        code: 'ARCHIVE_UNAVAILABLE',
        remedy: expect.any(String),
      });
  });

  it('is refused where there is no index, which has a setting of its own', async () => {
    const { archive, directory } = await newArchive();
    await archive.close();
    const index = await newDirectory();
    await expect(openArchive({ directory, index, reserve: 0 })).rejects.toMatchObject({
      code: 'ARCHIVE_UNAVAILABLE',
      field: 'archive.index',
    });
  });

  it('is refused when the directory is a file', async () => {
    const directory = join(await newDirectory(), 'file');
    await writeFile(directory, '');
    await expect(openArchive({ directory, reserve: 0 }, { create: true })).rejects.toEqual(unavailable);
  });

  it.each([0o700, 0o755])('shows nothing of it to others, also in a directory with mode %o', async (mode) => {
    const directory = join(await newDirectory(), 'archive');
    await mkdir(directory, { mode });
    await chmod(directory, mode);
    const archive = await openArchive({ directory, reserve: 0 }, { create: true });
    const key = keyOf('private');
    await startedRequest(archive, key);
    await archive.storeFile(key, { kind: 'signed', index: 1 }, Readable.from([Buffer.from('signed')]));
    await archive.touchRead(key, '101' as RequestPk, 1000);
    const begun = await archive.begin();
    await begun.addDocument({ name: 'c.pdf' }, Readable.from([Buffer.from('c')]));

    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const modes = await Promise.all(
      entries.map(async (entry) => {
        const found = await stat(join(entry.parentPath, entry.name));
        return { name: entry.name, mode: found.mode & 0o777, wanted: entry.isDirectory() ? 0o700 : 0o600 };
      }),
    );
    expect(modes.length).toBeGreaterThan(15);
    expect(modes.filter((each) => each.mode !== each.wanted)).toEqual([]);
    await archive.close();
  });
});
