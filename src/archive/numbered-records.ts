import { join } from 'node:path';
import type { z } from 'zod';
import type { Disk } from './disk.js';
import { checkedRecord, readRecord, recordText } from './record-file.js';

/** Adds a record under the next free number, 1, 2, …. Several may be added at once. */
export async function addNumbered<T extends object>(
  disk: Disk,
  directory: string,
  schema: z.ZodType<T>,
  value: T,
): Promise<number> {
  const text = recordText(checkedRecord(schema, value));
  await disk.makeDirectory(directory);
  for (let number = (await numbers(disk, directory)).length + 1; ; number += 1) {
    if (await disk.writeOnce(join(directory, `${number}.json`), text)) return number;
  }
}

/** At most `limit` records after number `after`, in order, with their numbers. */
export async function readNumberedAfter<T>(
  disk: Disk,
  directory: string,
  schema: z.ZodType<T>,
  after: number,
  limit: number,
): Promise<{ number: number; record: T }[]> {
  const records: { number: number; record: T }[] = [];
  for (const number of await numbers(disk, directory)) {
    if (number <= after) continue;
    const record = await readRecord(disk, join(directory, `${number}.json`), schema);
    if (record !== undefined) records.push({ number, record });
    if (records.length >= limit) break;
  }
  return records;
}

/** The records 1 to `last`, in order. */
export async function readNumbered<T>(
  disk: Disk,
  directory: string,
  schema: z.ZodType<T>,
  last = Infinity,
): Promise<T[]> {
  const records: T[] = [];
  for (const number of await numbers(disk, directory)) {
    if (number > last) break;
    const record = await readRecord(disk, join(directory, `${number}.json`), schema);
    if (record !== undefined) records.push(record);
  }
  return records;
}

async function numbers(disk: Disk, directory: string): Promise<number[]> {
  const names = (await disk.list(directory)) ?? [];
  return names
    .flatMap((name) => /^([1-9]\d{0,14})\.json$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((one, other) => one - other);
}
