import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { isSecretReference } from '../security/secret.js';
import { assertBackupFolder, mergeLog, removeLeftovers } from './backup-folder.js';
import { DIRECTORY_MODE, Disk, orUndefined } from './files/disk.js';
import { MARKER } from './files/marker.js';
import { placesOf } from './places.js';
import type { ArchiveSettings } from './settings.js';

/** What a backup has. */
export interface Backup {
  /** Names of the databases that were copied. Those in PostgreSQL are not. */
  databases: string[];
  /** Absent if the files are in S3. */
  files?: {
    copied: number;
    /** Copied by an earlier backup to the same folder. */
    present: number;
    /** Removed here, because no row names them any more. */
    removed: number;
  };
  /** Objects of current files that were not in the store, or had changed. Empty if the database is in PostgreSQL: nothing is compared then. */
  lost: string[];
}

/** Pages of a database that are copied at once. With too few, a busy installation would make the copy begin again and again. */
const PAGES = 20_000;

/**
 * Copies the parts of an archive that are on this machine: first the databases, then the objects. Everything may run
 * meanwhile. The copy has the form of an archive, so that a restore puts it back as it is. A later backup to the same folder copies only
 * new objects. Until it is complete, the databases of the earlier backup stay.
 *
 * @param target a folder. It is made if it is missing
 * @param onProgress how many objects of how many were looked at
 * @throws VideoIdError BAD_INPUT if the folder is that of a running archive, or has the backup of another one; ARCHIVE_UNAVAILABLE,
 *   ARCHIVE_FULL
 */
export async function backUp(
  settings: ArchiveSettings,
  target: string,
  onProgress: (looked: number, of: number) => void = () => {},
): Promise<Backup> {
  const { records, index, files } = placesOf(settings);
  const disk = backupDisk(target);
  await disk.run(() => mkdir(target, { recursive: true, mode: DIRECTORY_MODE }));
  await assertBackupFolder(settings, target);
  await removeLeftovers(target);
  await removeLeftovers(join(target, 'index'));
  const copies: { draft: string; to: string }[] = [];
  try {
    for (const [file, to] of [
      [records, join(target, 'records.sqlite')],
      [index, join(target, 'index', 'index.sqlite')],
    ] as const) {
      if (isSecretReference(file)) continue;
      const draft = `${to}.${randomUUID()}`;
      copies.push({ draft, to });
      await disk.run(() => mkdir(dirname(to), { recursive: true, mode: DIRECTORY_MODE }));
      await copyDatabase(disk, file, draft);
    }
    const named = isSecretReference(records) ? undefined : namedIn(copies[0]?.draft ?? '');
    const copied = files === undefined ? undefined : await copyFiles(files, join(target, 'files'), named, onProgress);
    for (const { draft, to } of copies) {
      mergeLog(to);
      await disk.publish(draft, to);
    }
    return {
      databases: copies.map(({ to }) => basename(to)),
      lost: copied?.lost ?? [],
      ...(copied && { files: copied.counts }),
    };
  } finally {
    for (const { draft } of copies) await rm(draft, { force: true });
  }
}

async function copyDatabase(disk: Disk, file: string, draft: string): Promise<void> {
  const source = new DatabaseSync(file, { readOnly: true });
  try {
    await backup(source, draft, { rate: PAGES });
  } finally {
    source.close();
  }
  mergeLog(draft);
  await disk.run(async () => {
    const handle = await open(draft, 'r');
    await handle.chmod(0o600);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}

/** What the rows of a copied database say about objects. */
interface Named {
  /** Hash by the key of each current file. */
  current: Map<string, string>;
  /** Keys of the others. */
  others: Set<string>;
}

function namedIn(file: string): Named {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const current = database.prepare('select object, sha256 from files').all();
    const others = database.prepare('select object from objects').all();
    return {
      current: new Map(current.map(({ object, sha256 }) => [String(object), String(sha256)])),
      others: new Set(others.map(({ object }) => String(object))),
    };
  } finally {
    database.close();
  }
}

/** Its errors are about the operand of the command. */
function backupDisk(folder: string): Disk {
  return new Disk(folder, undefined, 'directory');
}

async function copyFiles(
  from: string,
  to: string,
  named: Named | undefined,
  onProgress: (looked: number, of: number) => void,
): Promise<{ counts: { copied: number; present: number; removed: number }; lost: string[] }> {
  const [source, target] = [new Disk(from), backupDisk(to)];
  await target.run(() => mkdir(target.drafts, { recursive: true, mode: DIRECTORY_MODE }));
  const there = await sizesIn(target);
  const sizes = await sizesIn(source);
  const counts = { copied: 0, present: 0, removed: 0 };
  const lost = [...(named?.current.keys() ?? [])].filter((object) => !sizes.has(object));
  let looked = 0;
  for (const [object, size] of sizes) {
    if (there.get(object) === size) counts.present += 1;
    else {
      const hash = await copyFile(source, target, object);
      const wanted = named?.current.get(object);
      if (wanted !== undefined && hash !== undefined && hash !== wanted) lost.push(object);
      counts.copied += 1;
    }
    onProgress((looked += 1), sizes.size);
  }
  await copyFile(source, target, MARKER);
  if (named !== undefined) {
    for (const object of there.keys()) {
      if (named.current.has(object) || named.others.has(object) || sizes.has(object)) continue;
      await target.remove(target.path(object));
      counts.removed += 1;
    }
  }
  return { counts, lost };
}

/** The objects of a store, and their sizes. */
async function sizesIn(disk: Disk): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for (const folder of (await disk.list(disk.root)) ?? []) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    for (const name of (await disk.run(() => readdir(disk.path(folder)))).sort()) {
      const found = await disk.run(() => orUndefined(stat(disk.path(folder, name)), 'ENOENT'));
      if (found?.isFile() === true) sizes.set(`${folder}/${name}`, found.size);
    }
  }
  return sizes;
}

/** Copies an object whole or not at all. Returns its hash; undefined if it was removed meanwhile. */
async function copyFile(source: Disk, target: Disk, object: string): Promise<string | undefined> {
  const handle = await source.run(() => orUndefined(open(source.path(object), 'r'), 'ENOENT'));
  if (handle === undefined) return undefined;
  const draft = target.draftPath();
  const hash = createHash('sha256');
  try {
    const copy = await target.create(draft);
    try {
      for await (const piece of createReadStream('', { fd: handle })) {
        hash.update(piece as Buffer);
        await target.run(() => copy.appendFile(piece as Buffer));
      }
      await target.run(() => copy.sync());
    } finally {
      await copy.close();
    }
    await target.run(() => mkdir(dirname(target.path(object)), { recursive: true, mode: DIRECTORY_MODE }));
    await target.publish(draft, target.path(object));
    return hash.digest('hex');
  } finally {
    await target.remove(draft);
  }
}
