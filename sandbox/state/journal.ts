import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';

/** So many of the newest entries are kept in memory. */
const KEPT = 5000;

/** Entries that are only ever added, one JSON line each. A line cut off by a kill is left out when read again. */
export class Journal<Entry> {
  private recent: Entry[] = [];

  /** @param read called for every entry there is, oldest first, before the constructor returns */
  constructor(
    private readonly path: string,
    read: (entry: Entry) => void = () => undefined,
  ) {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
    for (const line of whole.split('\n').filter((each) => each !== '')) {
      const entry = JSON.parse(line) as Entry;
      this.keep(entry);
      read(entry);
    }
  }

  add(entry: Entry): void {
    this.keep(entry);
    appendFileSync(this.path, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
  }

  /** The newest entries, oldest first. */
  newest(): readonly Entry[] {
    return this.recent;
  }

  private keep(entry: Entry): void {
    this.recent.push(entry);
    if (this.recent.length > 2 * KEPT) this.recent = this.recent.slice(-KEPT);
  }
}
