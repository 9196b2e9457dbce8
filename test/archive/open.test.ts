import { chmod, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { VideoIdError } from '../../src/messages/failures.js';
import { openArchive } from '../../src/archive/file-archive.js';
import { keyOf, newArchive, newDirectory, removeDirectories, startedRequest } from './sample-start.js';
import type { RequestPk } from '../../src/messages/request.js';

afterEach(removeDirectories);

const unavailable = expect.objectContaining({ code: 'ARCHIVE_UNAVAILABLE', field: 'archive.directory' });

/** What people read who open a directory without an archive. */
async function said(directory: string): Promise<string> {
  const error: unknown = await openArchive({ directory, reserveBytes: 0 }).catch((each: unknown) => each);
  return error instanceof VideoIdError ? `${error.message} ${error.remedy ?? ''}` : '';
}

describe('opening the archive', () => {
  it('is refused where there is none, and makes nothing', async () => {
    const directory = await newDirectory();
    await expect(openArchive({ directory: join(directory, 'none'), reserveBytes: 0 })).rejects.toEqual(unavailable);
    await expect(openArchive({ directory, reserveBytes: 0 })).rejects.toEqual(unavailable);
    expect(await readdir(directory)).toEqual([]);
  });

  it('names the directory and what is there, and never leads to another archive', async () => {
    const directory = await newDirectory();
    const putBack = 'Mount the disk of the archive there, or set archive.directory to where the archive is now.';
    const nowhere = join(directory, 'none');
    expect(await said(nowhere)).toBe(`There is no archive in ${nowhere}: it does not exist. ${putBack}`);
    expect(await said(directory)).toBe(`There is no archive in ${directory}: it is empty. ${putBack}`);
    await writeFile(join(directory, 'thesis.txt'), 'mine');
    expect(await said(directory)).toBe(`There is no archive in ${directory}: it has only other files. ${putBack}`);
    await mkdir(join(directory, 'requests'));
    expect(await said(directory)).toMatch(/lacks its file archive\.json\. Restore archive\.json from a backup/);
  });

  it('makes one when asked to, with an id that stays', async () => {
    const { archive, directory } = await newArchive();
    const again = await openArchive({ directory, create: true, reserveBytes: 0 });
    const plain = await openArchive({ directory, reserveBytes: 0 });
    expect([again.id, plain.id]).toEqual([archive.id, archive.id]);
  });

  it('gives one id to all who make it at the same moment', async () => {
    for (let round = 0; round < 10; round += 1) {
      const directory = join(await newDirectory(), 'archive');
      const opened = await Promise.all(
        Array.from({ length: 8 }, () => openArchive({ directory, create: true, reserveBytes: 0 })),
      );
      expect(new Set(opened.map(({ id }) => id)).size).toBe(1);
    }
  });

  it('does not make one among other things', async () => {
    const directory = await newDirectory();
    await writeFile(join(directory, 'thesis.txt'), 'mine');
    await expect(openArchive({ directory, create: true, reserveBytes: 0 })).rejects.toEqual(unavailable);
    expect(await readdir(directory)).toEqual(['thesis.txt']);
  });

  it('does not give a new id to an archive that lost its own', async () => {
    const { archive, directory } = await newArchive();
    await startedRequest(archive, keyOf('kept'));
    await rm(join(directory, 'archive.json'));
    await expect(openArchive({ directory, create: true, reserveBytes: 0 })).rejects.toEqual(unavailable);
  });

  it('is refused when the archive is damaged', async () => {
    const { directory } = await newArchive();
    await writeFile(join(directory, 'archive.json'), '{"id":');
    await expect(openArchive({ directory, create: true, reserveBytes: 0 })).rejects.toEqual(unavailable);
  });

  it('is refused when the directory is a file', async () => {
    const directory = join(await newDirectory(), 'file');
    await writeFile(directory, '');
    await expect(openArchive({ directory, create: true, reserveBytes: 0 })).rejects.toEqual(unavailable);
  });

  it('shuts others out of a directory that was open to them', async () => {
    const directory = await newDirectory();
    await chmod(directory, 0o755);
    await openArchive({ directory, create: true, reserveBytes: 0 });
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
  });
});

describe('an open archive', () => {
  it('recognises a request of another archive', async () => {
    const { archive } = await newArchive();
    expect(() => archive.assertArchive({ archiveId: archive.id })).not.toThrow();
    expect(() => archive.assertArchive({ archiveId: 'other' })).toThrow(
      expect.objectContaining({ code: 'ARCHIVE_NOT_SHARED' }),
    );
  });

  it('does not take a lost mount for an empty archive', async () => {
    const { archive, directory } = await newArchive();
    await startedRequest(archive, keyOf('kept'));
    await rename(directory, `${directory}-unmounted`);
    await mkdir(directory);
    await expect(archive.readRequest(keyOf('kept'))).rejects.toEqual(unavailable);
    await expect(archive.latestAttempt('signature', 'kept')).rejects.toEqual(unavailable);
    await expect(archive.listReferences('signature')).rejects.toEqual(unavailable);
    await expect(archive.readIndex('sandbox', '1')).rejects.toEqual(unavailable);
    await expect(archive.begin()).rejects.toEqual(unavailable);
    expect(await readdir(directory)).toEqual([]);
  });

  it('shows everything to its own user alone', async () => {
    const { archive, directory } = await newArchive();
    const key = keyOf('private');
    await startedRequest(archive, key);
    await archive.storeFile(key, { kind: 'signed', index: 1 }, Readable.from([Buffer.from('signed')]));
    await archive.mark(key, 'create');
    await archive.touchRead(key, '101' as RequestPk, 1000);
    await archive.appendEvent(key, { what: 'link-shown', at: '2025-01-01T00:00:00Z' });
    const begun = await archive.begin();
    await begun.addDocument({ name: 'c.pdf' }, Readable.from([Buffer.from('c')]));

    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const modes = await Promise.all(
      entries.map(async (entry) => {
        const { mode } = await stat(join(entry.parentPath, entry.name));
        return { name: entry.name, mode: mode & 0o777, wanted: entry.isDirectory() ? 0o700 : 0o600 };
      }),
    );
    expect(modes.length).toBeGreaterThan(15);
    expect(modes.filter(({ mode, wanted }) => mode !== wanted)).toEqual([]);
  });

  it('refuses below the free-space reserve and says how much is free', async () => {
    const { archive, directory } = await newArchive();
    await expect(archive.assertReserve()).resolves.toBeUndefined();
    const reserveBytes = Number.MAX_SAFE_INTEGER;
    const strict = await openArchive({ directory, reserveBytes });
    const refusal = await strict.assertReserve().catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'ARCHIVE_FULL', facts: { bytesNeeded: reserveBytes } });
    expect(refusal).toHaveProperty('facts.bytesFree', expect.any(Number));
    expect(await archive.freeBytes()).toBeGreaterThan(0);
  });
});
