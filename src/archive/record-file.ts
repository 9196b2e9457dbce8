import { basename } from 'node:path';
import type { z } from 'zod';
import { VideoIdError } from '../messages/failures.js';
import type { Disk } from './disk.js';

/** The text of a record in its file. */
export function recordText(record: object): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

/**
 * Checks a record before it is written.
 *
 * @throws BAD_INPUT naming the field, if it could not be read back
 */
export function checkedRecord<T>(schema: z.ZodType<T>, record: T): T {
  const checked = schema.safeParse(record);
  if (checked.success) return checked.data;
  const field = checked.error.issues[0]?.path.join('.');
  throw new VideoIdError('BAD_INPUT', 'A record for the archive is not complete or not consistent.', {
    field: field === '' ? undefined : field,
    remedy: 'If the field did not come from a person, this is a defect of the calling program.',
  });
}

/**
 * Reads a record. Undefined if there is no file.
 *
 * @throws ARCHIVE_UNAVAILABLE with fact `file` if it is damaged or from a newer release
 */
export async function readRecord<T>(disk: Disk, path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const text = await disk.read(path);
  if (text === undefined) return undefined;
  const parsed = schema.safeParse(parsedJson(text));
  if (parsed.success) return parsed.data;
  throw disk.unavailable(
    `unreadable ${basename(path)}`,
    `A record in the archive is damaged or from a newer release: ${path}.`,
    'Restore this file from a copy of the archive. If another process has a newer release, install it here too.',
  );
}

/** Undefined for text that is not JSON. No schema accepts that. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
