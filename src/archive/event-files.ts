import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ArchivedEvent } from './archive.js';
import type { Disk } from './disk.js';
import { checkedRecord, readRecord, recordText } from './record-file.js';
import { archivedEventSchema } from './record-schemas.js';

/** Adds one event as a file of its own, so that processes do not conflict. Names begin with the time, so they sort by it. */
export async function writeEvent(disk: Disk, directory: string, event: ArchivedEvent): Promise<void> {
  const checked = checkedRecord(archivedEventSchema, event);
  await disk.makeDirectory(directory);
  const time = new Date(checked.at).toISOString().replaceAll(':', '');
  await disk.replace(join(directory, `${time}-${randomUUID()}.json`), recordText(checked));
}

/** All events, sorted by time. */
export async function readEvents(disk: Disk, directory: string): Promise<ArchivedEvent[]> {
  const events: ArchivedEvent[] = [];
  for (const name of ((await disk.list(directory)) ?? []).sort()) {
    const event = await readRecord(disk, join(directory, name), archivedEventSchema);
    if (event !== undefined) events.push(event);
  }
  return events;
}
