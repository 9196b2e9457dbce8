import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';

/** How many of the newest entries are kept in memory. */
const KEPT = 5000;

/** A list that only grows, with one JSON line for each entry. A line that a kill cut off is skipped when the file is read. */
export class Journal<Entry> {
  private recent: Entry[] = [];

  /** @param read called for every existing entry, oldest first, before the constructor returns */
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
