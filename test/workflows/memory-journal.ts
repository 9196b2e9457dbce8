import type { JournalRecords } from '../../src/archive/journal.js';
import type { RunEvent, Stand } from '../../src/messages/journal.js';
import type { RequestKey } from '../../src/messages/request.js';

/** What was written of one run. */
interface Written {
  events: RunEvent[];
  stand: Stand;
  revision: number;
}

/** The journal of requests that are never reset, in memory. */
export class MemoryJournal implements Pick<JournalRecords, 'writeJournal' | 'noteTry'> {
  readonly requests = new Map<string, Written>();
  /** What must not have happened. */
  readonly broken: string[] = [];

  assertArchive(): void {}

  async writeJournal(
    { reference }: Pick<RequestKey, 'reference'>,
    { events, stand, revision }: Parameters<JournalRecords['writeJournal']>[1],
  ): ReturnType<JournalRecords['writeJournal']> {
    const written = this.requests.get(reference) ?? { events: [], stand, revision };
    this.requests.set(reference, written);
    for (const event of events) {
      const there = written.events[event.number - 1];
      if (there === undefined && event.number === written.events.length + 1) written.events.push(event);
      else if (JSON.stringify(there) !== JSON.stringify(event)) this.broken.push(`another event ${event.number}`);
    }
    if (revision > written.revision) Object.assign(written, { stand, revision });
    return { upTo: written.events.length, differs: [] };
  }

  async noteTry(): Promise<void> {}
}
