import type { Readable } from 'node:stream';
import { sql } from 'kysely';
import type { Archive, ArchiveFile, AttemptKey } from '../../../src/archive/archive.js';
import type { FileStore } from '../../../src/archive/files/file-store.js';
import { openFileStore } from '../../../src/archive/files/open-store.js';
import { requestOf } from '../../../src/archive/names.js';
import { openArchive } from '../../../src/archive/open-archive.js';
import type { Database } from '../../../src/archive/records/database/database.js';
import { openBridgeDatabase, openRecords } from '../../../src/archive/records/open-records.js';
import type { BridgeTables, Tables } from '../../../src/archive/records/schema.js';
import type { RequestRecord } from '../../../src/archive/request-record.js';
import type { ArchiveSettings } from '../../../src/archive/settings.js';
import { addDocuments, keyOf, recordOf } from '../sample-start.js';

/** Where an archive can be made, and what somebody else can see and do in its store of files. */
export interface Place {
  settings: ArchiveSettings;
  /** The keys of everything in the store, also of what is not finished, without the marker. */
  objects(): Promise<string[]>;
  /** Puts other bytes in the place of an object. */
  replace(object: string, content: Buffer): Promise<void>;
  /** The settings of this archive's records with the files of another place, which may have none. */
  withFilesOf(other: Place): Promise<ArchiveSettings>;
}

export type MakePlace = () => Promise<Place>;

/** A day, in milliseconds. */
export const DAY = 86_400_000;

/** An archive, its rows and its objects. */
export class TestedArchive {
  readonly place: Place;
  readonly archive: Archive;
  readonly rows: Database<Tables>;
  readonly bridge: Database<BridgeTables>;
  readonly store: FileStore;
  readonly #opened: Archive[] = [];
  #requests = 0;

  private constructor(
    place: Place,
    parts: { archive: Archive; rows: Database<Tables>; bridge: Database<BridgeTables>; store: FileStore },
  ) {
    this.place = place;
    this.archive = parts.archive;
    this.rows = parts.rows;
    this.bridge = parts.bridge;
    this.store = parts.store;
  }

  static async make(makePlace: MakePlace): Promise<TestedArchive> {
    const place = await makePlace();
    const archive = await openArchive(place.settings, { create: true });
    const options = { create: false, now: Date.now };
    return new TestedArchive(place, {
      archive,
      rows: await openRecords(place.settings, options),
      bridge: await openBridgeDatabase(place.settings, options),
      store: await openFileStore(place.settings, { archiveId: archive.id, create: false }),
    });
  }

  /** Opens it once more, as another process does. */
  async open(): Promise<Archive> {
    const archive = await openArchive(this.place.settings);
    this.#opened.push(archive);
    return archive;
  }

  async close(): Promise<void> {
    for (const archive of [...this.#opened, this.archive]) await archive.close();
    await this.rows.close();
    await this.bridge.close();
    this.store.close();
  }

  /** A reference that nothing has yet. */
  newKey(flow: AttemptKey['flow'] = 'signature'): AttemptKey {
    this.#requests += 1;
    return keyOf(`request-${this.#requests}`, 1, flow);
  }

  /** Starts a request. */
  async start(
    key: AttemptKey = this.newKey(),
    contents: Record<string, string> = { 'a.pdf': 'first document', 'b.pdf': 'second document' },
    more: Partial<RequestRecord> = {},
  ): Promise<AttemptKey> {
    const incoming = await this.archive.begin();
    const documents = await addDocuments(incoming, contents);
    if ((await incoming.commit(recordOf(key, documents, more))) !== 'created') throw new Error('It exists.');
    return key;
  }

  /** The object of a current file. */
  async objectOf(key: AttemptKey, file: ArchiveFile): Promise<string> {
    const { object } = await this.rows.run((db) =>
      db
        .selectFrom('files')
        .select('object')
        .where('request', '=', requestOf(key))
        .where('kind', '=', file.kind)
        .where('number', '=', 'index' in file ? file.index : 0)
        .executeTakeFirstOrThrow(),
    );
    return object;
  }

  /** What the records say about objects that are no current file, sorted. */
  async intents(): Promise<{ object: string; state: string }[]> {
    return await this.rows.run((db) =>
      db.selectFrom('objects').select(['object', 'state']).orderBy('object').execute(),
    );
  }

  /** The objects of all current files, sorted. */
  async current(): Promise<string[]> {
    const rows = await this.rows.run((db) => db.selectFrom('files').select('object').execute());
    return rows.map(({ object }) => object).toSorted();
  }

  /** As if so much time had passed for everything whose age counts. */
  async age(milliseconds: number): Promise<void> {
    const span = sql.lit(milliseconds);
    await this.rows.transaction(async (db) => {
      await db
        .updateTable('objects')
        .set({ expires_at: sql<number>`expires_at - ${span}` })
        .execute();
      await db
        .updateTable('processes')
        .set({ seen_at: sql<number>`seen_at - ${span}` })
        .execute();
      await db
        .updateTable('reads')
        .set({ read_at: sql<number>`read_at - ${span}` })
        .execute();
    });
  }
}

/** What a reader gets, and how it ends. */
export async function reading(opening: Promise<{ stream: Readable }>): Promise<{ bytes: number; error: unknown }> {
  let bytes = 0;
  try {
    const { stream } = await opening;
    for await (const piece of stream) bytes += (piece as Buffer).length;
    return { bytes, error: undefined };
  } catch (error) {
    return { bytes, error };
  }
}
