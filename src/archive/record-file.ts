import { basename } from 'node:path';
import type { z } from 'zod';
import { VideoIdError } from '../messages/failures.js';
import { unavailable } from './disk.js';
import type { Disk } from './disk.js';

/** The text of a record as it is written. */
export function recordText(record: object): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

/**
 * A record before it is written.
 *
 * @throws BAD_INPUT naming the field when it could not be read back
 */
export function checkedRecord<T>(schema: z.ZodType<T>, record: T): T {
  const checked = schema.safeParse(record);
  if (checked.success) return checked.data;
  const field = checked.error.issues[0]?.path.join('.');
  throw new VideoIdError('BAD_INPUT', 'A record for the archive is not complete or not consistent.', {
    field: field === '' ? undefined : field,
    remedy: 'This is a defect of the calling program, unless the field came from a person.',
  });
}

/**
 * Reads a record; undefined when the file is not there.
 *
 * @throws ARCHIVE_UNAVAILABLE with fact `file` when it is damaged or from a newer release
 */
export async function readRecord<T>(disk: Disk, path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const text = await disk.read(path);
  if (text === undefined) return undefined;
  const parsed = schema.safeParse(parsedJson(text));
  if (parsed.success) return parsed.data;
  throw unavailable(`unreadable ${basename(path)}`, 'A record in the archive is damaged or from a newer release.');
}

/** Undefined, which no schema accepts, for text that is not JSON. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
