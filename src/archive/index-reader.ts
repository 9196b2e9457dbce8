import { join } from 'node:path';
import type { IndexEntry } from './archive.js';
import { Disk } from './disk.js';
import { indexDirectory, isIndexable } from './layout.js';
import { readRecord } from './record-file.js';
import { indexEntrySchema } from './record-schemas.js';

/** Reads only the index of an archive, for a process that may not access documents. */
export class IndexReader {
  readonly #directory: string;
  readonly #disk: Disk;

  /** @param directory the folder `index` of the archive, wherever this process sees it */
  constructor(directory: string) {
    this.#directory = directory;
    this.#disk = new Disk(directory);
  }

  /** @throws ARCHIVE_UNAVAILABLE if the folder is missing or cannot be read */
  async assertPresent(): Promise<void> {
    if ((await this.#disk.list(this.#directory)) === undefined) throw this.#disk.unavailable('index gone');
  }

  /**
   * Undefined for an id that is not ours, or that no provider would send.
   *
   * @throws ARCHIVE_UNAVAILABLE
   */
  async readIndex(environment: string, requestPk: string): Promise<IndexEntry | undefined> {
    indexDirectory(environment);
    if (!isIndexable(requestPk)) return undefined;
    const entry = await readRecord(this.#disk, join(this.#directory, environment, requestPk), indexEntrySchema);
    if (entry === undefined) await this.assertPresent();
    return entry;
  }
}
