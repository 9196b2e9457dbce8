import { constants } from 'node:fs';
import { access, chmod, link, lstat, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Readable } from 'node:stream';
import type { FileDigest } from '../archive.js';
import { Disk, DIRECTORY_MODE, orUndefined } from './disk.js';
import { assertStored, holdErrors, writeStream } from './stored-stream.js';
import { sweepDrafts } from './sweep-drafts.js';
import { checkedKey } from './file-key.js';
import type { FileStore, Opened } from './file-store.js';
import { assertMarker, MARKER, markerText } from './marker.js';
import { openFile } from './opened-file.js';

const DRAFTS = '.drafts';

/** What a directory may contain before a store is made in it. A new disk has `lost+found`. */
const FINE: ReadonlySet<string> = new Set([MARKER, DRAFTS, 'lost+found']);

/**
 * Opens the store in a directory of this machine, or of a shared file system.
 *
 * @param options.create make the store if the directory is missing or empty
 * @throws ARCHIVE_UNAVAILABLE if it is not the store of this archive, or cannot be written
 */
export async function openDirectoryStore(
  directory: string,
  { archiveId, create }: { archiveId: string; create: boolean },
): Promise<FileStore> {
  const disk = new Disk(resolve(directory), DRAFTS);
  if (create) await makeStore(disk, archiveId);
  const store = new DirectoryStore(disk, archiveId);
  await store.assertPresent();
  // A backup may leave out an empty directory.
  await disk.makeDirectory(disk.drafts);
  await disk.run(() => access(disk.root, constants.R_OK | constants.W_OK | constants.X_OK));
  return store;
}

async function makeStore(disk: Disk, archiveId: string): Promise<void> {
  await disk.run(() => mkdir(disk.root, { recursive: true, mode: DIRECTORY_MODE }));
  const present = (await disk.list(disk.root)) ?? [];
  if (present.includes(MARKER) || present.some((name) => !FINE.has(name))) return;
  await disk.run(() => chmod(disk.root, DIRECTORY_MODE));
  await disk.makeDirectory(disk.drafts);
  await disk.writeOnce(disk.path(MARKER), markerText(archiveId));
  await disk.flushDirectory(dirname(disk.root));
}

/** Objects as files: `<2 hex digits>/<name>`, and `.drafts/<random>` for those that are not finished. */
class DirectoryStore implements FileStore {
  readonly place: string;
  readonly writesLate = false;
  readonly #disk: Disk;
  readonly #archiveId: string;

  constructor(disk: Disk, archiveId: string) {
    this.place = disk.root;
    this.#disk = disk;
    this.#archiveId = archiveId;
  }

  async write(
    key: string,
    source: Readable,
    { expectedBytes }: { expectedBytes?: number | undefined } = {},
  ): Promise<FileDigest> {
    holdErrors(source);
    const path = this.#path(key);
    const draft = this.#disk.draftPath();
    try {
      await this.assertPresent();
      const written = await writeStream(this.#disk, draft, source, expectedBytes);
      await assertStored(this.#disk, draft, written);
      await this.#publish(draft, path);
      return written;
    } finally {
      source.destroy();
      await this.#dropDraft(draft);
    }
  }

  async open(key: string): Promise<Opened> {
    const opened = await openFile(this.#disk, this.#path(key));
    if (opened === undefined) await this.assertPresent();
    return opened;
  }

  async size(key: string): Promise<number | undefined> {
    const found = await this.#stat(key);
    return found?.isFile() === true ? found.size : undefined;
  }

  async remove(key: string): Promise<void> {
    if ((await this.#stat(key)) === undefined) return;
    await this.#disk.remove(this.#path(key));
    await this.#disk.flushDirectory(dirname(this.#path(key)));
  }

  location(key: string): string {
    return this.#path(key);
  }

  async assertUsable(): Promise<void> {
    await this.assertPresent();
    const draft = this.#disk.draftPath();
    try {
      await assertStored(this.#disk, draft, await writeStream(this.#disk, draft, Readable.from([draft])));
    } finally {
      await this.#dropDraft(draft);
    }
  }

  async freeBytes(): Promise<number> {
    return await this.#disk.freeBytes();
  }

  async sweep(): Promise<number> {
    await this.assertPresent();
    return await sweepDrafts(this.#disk);
  }

  close(): void {}

  /** @throws ARCHIVE_UNAVAILABLE if the directory is not the store of this archive */
  async assertPresent(): Promise<void> {
    assertMarker(await this.#disk.read(this.#disk.path(MARKER)), {
      archiveId: this.#archiveId,
      place: this.place,
      field: 'archive.directory',
      putBack: 'Mount the disk of the archive there, or set archive.directory to where the archive is now.',
    });
  }

  /** Gives a finished draft its name. Unlike a rename, a link never replaces a file. */
  async #publish(draft: string, path: string): Promise<void> {
    const directory = dirname(path);
    await this.#disk.makeDirectory(directory);
    await this.#disk.run(async () => {
      const linked = await orUndefined(
        link(draft, path).then(() => true),
        'EEXIST',
      );
      // A network file system may have done it at the first try, and answered the second.
      if (linked !== true && (await stat(draft)).ino !== (await lstat(path)).ino)
        throw new Error('A key of the archive was used twice.');
    });
    try {
      await this.#disk.flushDirectory(directory);
      // Another process may have made the directory, and not flushed it yet.
      await this.#disk.flushDirectory(this.place);
    } catch (error) {
      await this.#disk.remove(path);
      throw error;
    }
  }

  /** What cannot be removed now is swept later. */
  async #dropDraft(draft: string): Promise<void> {
    await this.#disk.remove(draft).catch(() => undefined);
  }

  async #stat(key: string) {
    const found = await this.#disk.run(() => orUndefined(lstat(this.#path(key)), 'ENOENT'));
    if (found === undefined) await this.assertPresent();
    return found;
  }

  #path(key: string): string {
    return this.#disk.path(checkedKey(key));
  }
}
