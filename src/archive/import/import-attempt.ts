import type { Transaction } from 'kysely';
import type { PersonDigests } from '../../security/person-digests.js';
import type { ArchiveFile } from '../archive.js';
import { newKey } from '../files/file-key.js';
import { removeBelow } from '../records/deletion.js';
import { announce, type CurrentFile, currentFile } from '../records/files.js';
import { isImporting } from '../records/identity.js';
import { insertRequest } from '../records/requests.js';
import type { Tables } from '../records/schema.js';
import { dropObject } from '../sweep.js';
import type { EarlierAttempt, EarlierFile } from './earlier-attempt.js';
import { type FileDamage, withEarlierFile } from './earlier-file.js';
import type { Target } from './target.js';
import { within, writeBelow } from './write-attempt.js';

/** What the import of one attempt did. */
export interface ImportedAttempt {
  /** `there`: it was imported before. `other`: an attempt with this reference is there, and it differs. It was left as it is. */
  what: 'imported' | 'there' | 'other';
  damaged: { file: ArchiveFile; damage: FileDamage }[];
}

interface Copied {
  file: ArchiveFile;
  written: CurrentFile;
  damage: FileDamage | undefined;
}

/**
 * Brings one attempt into the target, in one transaction. A file whose bytes are missing or wrong gets its row, and no bytes: whoever
 * reads it is told that it is missing, and never gets other bytes.
 *
 * @throws Unreadable if a file cannot be read. Then nothing is imported.
 */
export async function importAttempt(target: Target, root: string, attempt: EarlierAttempt): Promise<ImportedAttempt> {
  const { records, store } = target;
  const request = attempt.record.workflowId;
  const token = `imported-${attempt.fingerprint}`;
  const there = await records.database.run((db) =>
    db.selectFrom('requests').select(['token', 'deleted_at']).where('request', '=', request).executeTakeFirst(),
  );
  if (there !== undefined && there.deleted_at !== null) return { what: 'there', damaged: [] };
  if (there?.token === token) return { what: 'there', damaged: await addMissing(target, root, attempt) };
  if (there !== undefined && !target.unused) return { what: 'other', damaged: [] };
  const copied: Copied[] = [];
  let added = false;
  try {
    for (const file of attempt.files) copied.push(await copy(target, root, file));
    added = await records.database.transaction(async (transaction) => {
      if (!(await takesPlace(transaction, attempt, { token, people: records.people }))) return false;
      await writeBelow(within(transaction, records), attempt, copied);
      return true;
    });
    return { what: added ? 'imported' : 'there', damaged: damagedOf(copied) };
  } finally {
    // If only the answer was lost, the objects are current now, and stay.
    if (!added) for (const { written } of copied) await dropObject(records, store, written.object);
  }
}

/**
 * Adds the row of an attempt. False if it is there: by an earlier try, or by another import at the same time. One that changed in the
 * earlier archive after it was imported is replaced, as long as nobody uses the target.
 */
async function takesPlace(
  transaction: Transaction<Tables>,
  { record }: EarlierAttempt,
  more: { token: string; people: PersonDigests },
): Promise<boolean> {
  const inserted = await insertRequest(transaction, record, more);
  if (inserted !== false) return inserted === true;
  if (!(await isImporting(transaction))) return false;
  await removeBelow(transaction, record.workflowId);
  await transaction.deleteFrom('requests').where('request', '=', record.workflowId).execute();
  return (await insertRequest(transaction, record, more)) === true;
}

/** Copies the bytes of a file into the store, as an object that no row of a file names yet. */
async function copy({ records, store }: Target, root: string, earlier: EarlierFile): Promise<Copied> {
  const { file, size, sha256 } = earlier;
  const object = newKey(file.kind);
  await announce(records, object, file);
  try {
    const damage = await withEarlierFile(root, earlier, (stream) =>
      store.write(object, stream, { expectedBytes: size }),
    );
    return { file, written: { object, size, sha256 }, damage };
  } catch (error) {
    await dropObject(records, store, object);
    throw error;
  }
}

/** Adds files whose bytes were missing or wrong before, and are right now. Files that were replaced since stay as they are. */
async function addMissing(
  { records, store }: Target,
  root: string,
  { record, files }: EarlierAttempt,
): Promise<ImportedAttempt['damaged']> {
  const damaged: ImportedAttempt['damaged'] = [];
  for (const earlier of files) {
    const { file, size, sha256 } = earlier;
    const current = await currentFile(records, record, file);
    if (current === undefined || current.sha256 !== sha256) continue;
    if ((await store.size(current.object)) !== undefined) continue;
    const damage = await withEarlierFile(root, earlier, (stream) =>
      store.write(current.object, stream, { expectedBytes: size }),
    );
    if (damage !== undefined) damaged.push({ file, damage });
  }
  return damaged;
}

function damagedOf(copied: readonly Copied[]): ImportedAttempt['damaged'] {
  return copied.flatMap(({ file, damage }) => (damage === undefined ? [] : [{ file, damage }]));
}
