import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { VideoIdError } from '../messages/failures.js';
import type { ProcessRecord } from '../messages/processes.js';
import { type Disk, orUndefined } from './disk.js';
import { PROCESSES } from './layout.js';
import { checkedRecord, readRecord, recordText } from './record-file.js';
import { processSchema } from './record-schemas.js';

/** Milliseconds. A process writes its record every minute. After so long without, it has stopped. */
const RUNS_FOR = 180_000;
/** Milliseconds. Then a record is removed. */
const KEPT_FOR = 86_400_000;

/** The records of processes: one file for each kind, machine and address, which the process replaces. */
export class ProcessFiles {
  readonly #disk: Disk;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** Writes or refreshes the record, and removes those of processes that stopped long ago. */
  async note(record: ProcessRecord): Promise<void> {
    const checked = checkedRecord(processSchema, record);
    await this.#disk.replace(this.#path(nameOf(record)), recordText(checked));
    for (const { name, age } of await this.#ages()) if (age > KEPT_FOR) await this.#disk.remove(this.#path(name));
  }

  async forget(record: ProcessRecord): Promise<void> {
    await this.#disk.remove(this.#path(nameOf(record)));
  }

  /** Those that run, sorted by file. */
  async running(): Promise<ProcessRecord[]> {
    const records: ProcessRecord[] = [];
    for (const { name, age } of await this.#ages()) {
      const record = age > RUNS_FOR ? undefined : await this.#read(name);
      if (record !== undefined) records.push(record);
    }
    return records;
  }

  /** Undefined also for a record of another release: it is only told, and nothing depends on it. */
  async #read(name: string): Promise<ProcessRecord | undefined> {
    try {
      return await readRecord(this.#disk, this.#path(name), processSchema);
    } catch (error) {
      if (error instanceof VideoIdError) return undefined;
      throw error;
    }
  }

  /** How long ago each file was written, in milliseconds, by the clock of the disk: those of machines may differ. */
  async #ages(): Promise<{ name: string; age: number }[]> {
    const names = await this.#disk.list(this.#disk.path(PROCESSES));
    if (names === undefined) throw this.#disk.unavailable('archive gone');
    const now = await this.#disk.now();
    const ages: { name: string; age: number }[] = [];
    for (const name of names.filter((each) => each.endsWith('.json')).sort()) {
      const found = await this.#disk.run(() => orUndefined(stat(this.#path(name)), 'ENOENT'));
      if (found !== undefined) ages.push({ name, age: now - found.mtimeMs });
    }
    return ages;
  }

  #path(name: string): string {
    return this.#disk.path(PROCESSES, name);
  }
}

function nameOf({ kind, host, address }: ProcessRecord): string {
  return `${kind}-${createHash('sha256').update(`${host}\0${address}`).digest('hex').slice(0, 16)}.json`;
}
