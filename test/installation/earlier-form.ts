import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Archive, ArchiveFile, AttemptKey } from '../../src/archive/archive.js';

/** Where files lay below `stored/<key>`. */
const PLACES: readonly (readonly [ArchiveFile, string])[] = [
  [{ kind: 'contract' }, 'contract.pdf'],
  [{ kind: 'signed-contract' }, 'contract-signed.pdf'],
  [{ kind: 'evidence' }, 'evidence.json'],
];

/** Writes requests of an archive in SQLite as the releases before it did: as folders and JSON files. */
export async function writeEarlierForm(
  archive: Archive,
  from: string,
  keys: readonly AttemptKey[],
  to: string,
): Promise<void> {
  await write(join(to, 'archive.json'), { id: archive.id, createdAt: archive.time() });
  const records = new DatabaseSync(join(from, 'records.sqlite'), { readOnly: true });
  for (const key of keys) await writeAttempt(archive, records, key, to);
  records.close();
  const index = new DatabaseSync(join(from, 'index', 'index.sqlite'), { readOnly: true });
  for (const { environment, request_pk: requestPk } of index.prepare('select * from provider_ids').all()) {
    const entry = await archive.readIndex(String(environment), String(requestPk));
    await write(join(to, 'index', String(environment), String(requestPk)), entry ?? {});
  }
  index.close();
}

async function writeAttempt(archive: Archive, records: DatabaseSync, key: AttemptKey, to: string): Promise<void> {
  const record = await archive.readRequest(key);
  const at = join(to, 'requests', key.reference, String(key.attempt));
  const named = (table: string): string[] =>
    records
      .prepare(`select name from ${table} where request = ?`)
      .all(record.workflowId)
      .map(({ name }) => String(name));
  await write(join(at, 'request.json'), record);
  await write(join(at, 'temporal.json'), await archive.readPlace(key));
  await write(join(at, 'provider.json'), await archive.readProvider(key));
  await write(join(at, 'uploads.json'), await archive.readUploads(key));
  await write(join(at, 'outcome.json'), await archive.readOutcome(key));
  for (const [number, event] of (await archive.events(key)).entries()) {
    await write(join(at, 'events', `${event.at.replaceAll(':', '')}-${number}.json`), event);
  }
  for (const name of named('marks')) await write(join(at, 'marks', name), await archive.markedAt(key, name));
  for (const name of named('calls')) await write(join(at, 'calls', `${name}.json`), await archive.readCall(key, name));
  for (const name of named('orders'))
    await write(join(at, 'orders', `${name}.json`), await archive.readOrder(key, name));
  for (const name of named('sealed'))
    await write(join(at, 'sealed', `${name}.json`), await archive.readSealed(key, name));
  for (const { index, name } of record.documents) {
    await write(join(at, 'documents', name), await bytesOf(archive, key, { kind: 'document', index }));
    await writeStored(archive, key, { kind: 'signed', index }, { at, place: join('signed', name) });
  }
  for (const [file, place] of PLACES) await writeStored(archive, key, file, { at, place });
}

async function writeStored(
  archive: Archive,
  key: AttemptKey,
  file: ArchiveFile,
  { at, place }: { at: string; place: string },
): Promise<void> {
  const opened = await archive.openFile(key, file).catch(() => undefined);
  if (opened === undefined) return;
  const { stream, size, sha256 } = opened;
  const folder = sha256.slice(0, 12);
  await write(join(at, 'stored', folder, place), Buffer.concat(await stream.toArray()));
  const name = 'index' in file ? `${file.kind}-${file.index}` : file.kind;
  await write(join(at, 'stored', `${name}.hash.json`), { key: folder, size, sha256 });
}

async function bytesOf(archive: Archive, key: AttemptKey, file: ArchiveFile): Promise<Buffer> {
  return Buffer.concat(await (await archive.openFile(key, file)).stream.toArray());
}

async function write(path: string, content: object | string | undefined): Promise<void> {
  if (content === undefined) return;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const plain = typeof content === 'string' || Buffer.isBuffer(content);
  await writeFile(path, plain ? content : JSON.stringify(content, null, 2));
}
