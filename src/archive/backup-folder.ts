import { existsSync } from 'node:fs';
import { readdir, readFile, realpath, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { VideoIdError } from '../messages/failures.js';
import { isSecretReference } from '../security/secret.js';
import { orUndefined } from './files/disk.js';
import { MARKER } from './files/marker.js';
import { LEFTOVER_AGE } from './files/sweep-drafts.js';
import { placesOf } from './places.js';
import { sqliteTroubleOf } from './records/database/sqlite-trouble.js';
import { BUSY } from './records/database/trouble.js';
import type { ArchiveSettings } from './settings.js';

/**
 * Checks that a backup may be written to a folder, before anything there is changed.
 *
 * @param target a folder that is there
 * @throws VideoIdError BAD_INPUT if it lies in the archive, is used by a process, or has the backup of another archive; ARCHIVE_UNAVAILABLE
 *   if there is no archive
 */
export async function assertBackupFolder(settings: ArchiveSettings, target: string): Promise<void> {
  const { records, files } = placesOf(settings);
  if (await isWithin(settings.directory, target)) throw refused(`${target} lies in the archive itself.`);
  const copy = join(target, 'records.sqlite');
  mergeLog(copy);
  mergeLog(join(target, 'index', 'index.sqlite'));
  const ids = [
    [isSecretReference(records) ? undefined : idIn(records), existsSync(copy) ? idIn(copy) : undefined],
    [files && (await textOf(join(files, MARKER))), await textOf(join(target, 'files', MARKER))],
  ];
  for (const [ours, theirs] of ids) {
    if (ours !== undefined && theirs !== undefined && ours !== theirs)
      throw refused(`${target} has the backup of another archive.`);
  }
}

/**
 * Merges the log that SQLite keeps beside a database into its file, and removes the log. Otherwise SQLite would take the log for a part
 * of the database that replaces this one. Harmless if there is none.
 *
 * @throws VideoIdError BAD_INPUT if a process uses it
 */
export function mergeLog(file: string): void {
  if (!existsSync(file)) return;
  const mode = withDatabase(file, (database) => database.prepare('pragma journal_mode = delete').get());
  if (mode?.['journal_mode'] !== 'delete') throw inUse(file);
}

/** Removes copies of databases that a killed backup left. Of another that runs now, they are new. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of (await orUndefined(readdir(folder), 'ENOENT')) ?? []) {
    if (!/^(?:records|index)\.sqlite\.[0-9a-f-]{36}/.test(name)) continue;
    const path = join(folder, name);
    const found = await orUndefined(stat(path), 'ENOENT');
    if (found !== undefined && Date.now() - found.mtimeMs > LEFTOVER_AGE) await rm(path, { force: true });
  }
}

/** The id of the archive to which a database belongs. Undefined if it has none yet. */
function idIn(file: string): string | undefined {
  const row = withDatabase(file, (database) => database.prepare('select id from archive').get(), { readOnly: true });
  return row === undefined ? undefined : String(row['id']);
}

function withDatabase<T>(file: string, use: (database: DatabaseSync) => T, options = {}): T {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, options);
    return use(database);
  } catch (error) {
    const trouble = sqliteTroubleOf(error);
    if (trouble === undefined) throw error;
    if (trouble.reason === BUSY) throw inUse(file);
    const { kind, words, remedy, reason } = trouble;
    const code = kind === 'full' ? 'ARCHIVE_FULL' : 'ARCHIVE_UNAVAILABLE';
    throw new VideoIdError(code, `The database ${file} cannot be used: ${words}.`, { remedy, facts: { reason } });
  } finally {
    database?.close();
  }
}

async function textOf(file: string): Promise<string | undefined> {
  return await readFile(file, 'utf8').catch(() => undefined);
}

async function isWithin(folder: string, target: string): Promise<boolean> {
  const outer = await realpath(folder).catch(() => undefined);
  return outer !== undefined && !/^\.\.(\/|$)/.test(relative(outer, await realpath(target)));
}

function inUse(file: string): VideoIdError {
  return refused(`A process uses ${file}.`);
}

function refused(words: string): VideoIdError {
  return new VideoIdError('BAD_INPUT', words, {
    field: 'directory',
    remedy: 'Name a folder that only the backups of this archive use.',
  });
}
