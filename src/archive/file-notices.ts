import type { CallbackCount } from '../messages/callbacks.js';
import type { Outage, ProviderSystem } from '../messages/conditions.js';
import type { FeedEntry } from '../messages/feed.js';
import type { ProcessRecord } from '../messages/processes.js';
import { CallbackFiles } from './callback-files.js';
import type { Disk } from './disk.js';
import { FEED, INDEX, outageFile, OUTAGES } from './layout.js';
import type { Notices } from './notices.js';
import { addNumbered, readNumberedAfter } from './numbered-records.js';
import { ProcessFiles } from './process-files.js';
import { checkedRecord, readRecord, recordText } from './record-file.js';
import { feedEntrySchema, outageSchema } from './record-schemas.js';

/** The notices as files: each feed entry, outage and process is one small file. */
export class FileNotices implements Notices {
  readonly #disk: Disk;
  readonly #processes: ProcessFiles;
  readonly #callbacks: CallbackFiles;

  constructor(disk: Disk) {
    this.#disk = disk;
    this.#processes = new ProcessFiles(disk);
    this.#callbacks = new CallbackFiles(disk.path(INDEX));
  }

  async appendFeed(entry: FeedEntry): Promise<number> {
    return await addNumbered(this.#disk, this.#disk.path(FEED), feedEntrySchema, entry);
  }

  async readFeed(after: number, limit: number): Promise<{ number: number; entry: FeedEntry }[]> {
    const records = await readNumberedAfter(this.#disk, this.#disk.path(FEED), feedEntrySchema, after, limit);
    return records.map(({ number, record }) => ({ number, entry: record }));
  }

  async noteOutage(outage: Outage): Promise<void> {
    const noted = await this.readOutage(outage);
    if (noted?.code === outage.code && gist(noted.words) === gist(outage.words)) return;
    const path = this.#disk.path(outageFile(outage));
    if (noted === undefined) {
      await this.#disk.writeOnce(path, recordText(checkedRecord(outageSchema, outage)));
    } else {
      await this.#disk.replace(path, recordText(checkedRecord(outageSchema, { ...outage, since: noted.since })));
    }
  }

  async readOutage(system: ProviderSystem): Promise<Outage | undefined> {
    return await readRecord(this.#disk, this.#disk.path(outageFile(system)), outageSchema);
  }

  async endOutage(system: ProviderSystem): Promise<void> {
    const path = this.#disk.path(outageFile(system));
    if ((await this.#disk.size(path)) !== undefined) await this.#disk.removeFlushed(path);
  }

  async outages(): Promise<Outage[]> {
    const names = await this.#disk.list(this.#disk.path(OUTAGES));
    if (names === undefined) throw this.#disk.unavailable('archive gone');
    const outages: Outage[] = [];
    for (const name of names.sort()) {
      const outage = await readRecord(this.#disk, this.#disk.path(OUTAGES, name), outageSchema);
      if (outage !== undefined) outages.push(outage); // else it has just ended
    }
    return outages;
  }

  async noteProcess(process: ProcessRecord): Promise<void> {
    await this.#processes.note(process);
  }

  async forgetProcess(process: ProcessRecord): Promise<void> {
    await this.#processes.forget(process);
  }

  async processes(): Promise<ProcessRecord[]> {
    return await this.#processes.running();
  }

  async callbacks(): Promise<CallbackCount[]> {
    return await this.#callbacks.all();
  }
}

/** What is said, without times and numbers, which differ in each try. */
function gist(words: string): string {
  return words.replaceAll(/\w*\d\w*/g, '');
}
