import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { CallbackCount } from '../messages/callbacks.js';
import { VideoIdError } from '../messages/failures.js';
import { Disk, orUndefined } from './disk.js';
import { CALLBACKS } from './layout.js';
import { checkedRecord, readRecord, recordText } from './record-file.js';
import { callbackCountsSchema } from './record-schemas.js';

/** Milliseconds. Then the counts of a gateway that stopped are removed. */
const KEPT_FOR = 90 * 86_400_000;

/** The counts of callbacks, in one file for each gateway. They lie in the index, which is all that the webhook bridge sees of an archive. */
export class CallbackFiles {
  readonly #disk: Disk;

  /** @param index the folder `index` of the archive */
  constructor(index: string) {
    this.#disk = new Disk(index);
  }

  /** Replaces the counts of one gateway. @throws VideoIdError ARCHIVE_UNAVAILABLE, ARCHIVE_FULL */
  async write(gateway: string, counts: readonly CallbackCount[]): Promise<void> {
    const text = recordText(checkedRecord(callbackCountsSchema, { counts: [...counts] }));
    await this.#disk.makeDirectory(this.#disk.path(CALLBACKS));
    const draft = this.#disk.path(CALLBACKS, `.${randomUUID()}`);
    try {
      await this.#disk.writeFlushed(draft, text);
      await this.#disk.publish(draft, this.#disk.path(CALLBACKS, `${gateway}.json`));
    } finally {
      await this.#disk.remove(draft);
    }
  }

  /** The counts of one gateway. Empty if there are none. */
  async of(gateway: string): Promise<CallbackCount[]> {
    return await this.#read(`${gateway}.json`);
  }

  /** Those of all gateways together. What the newest file says about a token counts. */
  async all(): Promise<CallbackCount[]> {
    const files: { name: string; written: number }[] = [];
    for (const name of (await this.#disk.list(this.#disk.path(CALLBACKS))) ?? []) {
      const found = await this.#disk.run(() => orUndefined(stat(this.#disk.path(CALLBACKS, name)), 'ENOENT'));
      if (found !== undefined && name.endsWith('.json')) files.push({ name, written: found.mtimeMs });
    }
    const merged = new Map<string, CallbackCount>();
    for (const { name } of files.toSorted((one, other) => one.written - other.written)) {
      for (const count of await this.#read(name)) {
        const key = count.digest ?? count.token;
        merged.set(key, together(merged.get(key), count));
      }
    }
    return [...merged.values()];
  }

  /** Removes the counts of gateways that stopped long ago. */
  async prune(): Promise<void> {
    for (const name of (await this.#disk.list(this.#disk.path(CALLBACKS))) ?? []) {
      const path = this.#disk.path(CALLBACKS, name);
      const found = await this.#disk.run(() => orUndefined(stat(path), 'ENOENT'));
      if (found !== undefined && Date.now() - found.mtimeMs > KEPT_FOR) await this.#disk.remove(path);
    }
  }

  /** A file that cannot be read does not count: nothing depends on it. */
  async #read(name: string): Promise<CallbackCount[]> {
    try {
      return (await readRecord(this.#disk, this.#disk.path(CALLBACKS, name), callbackCountsSchema))?.counts ?? [];
    } catch (error) {
      if (error instanceof VideoIdError) return [];
      throw error;
    }
  }
}

function together(older: CallbackCount | undefined, newer: CallbackCount): CallbackCount {
  if (older === undefined) return newer;
  const last = [older.last, newer.last]
    .filter((each) => each !== undefined)
    .toSorted()
    .at(-1);
  return {
    ...newer,
    count: older.count + newer.count,
    since: older.since < newer.since ? older.since : newer.since,
    ...(last === undefined ? {} : { last }),
  };
}
