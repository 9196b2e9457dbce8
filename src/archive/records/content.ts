import type { z } from 'zod';
import { VideoIdError } from '../../messages/failures.js';

/**
 * Checks a record before it is written.
 *
 * @throws BAD_INPUT with the field, if the record does not fit its schema
 */
export function checked<T>(schema: z.ZodType<T>, record: T): T {
  const result = schema.safeParse(record);
  if (result.success) return result.data;
  const field = result.error.issues[0]?.path.join('.');
  throw new VideoIdError('BAD_INPUT', 'A record for the archive is not complete or not consistent.', {
    field: field === '' ? undefined : field,
    remedy: 'If the field did not come from a person, this is a defect of the calling program.',
  });
}

/** The text of a record in its column, checked. @throws BAD_INPUT */
export function written<T>(schema: z.ZodType<T>, record: T): string {
  return JSON.stringify(checked(schema, record));
}

/**
 * Reads a record back.
 *
 * @param table where it was
 * @throws ARCHIVE_UNAVAILABLE with the table if it is damaged or from a newer release
 */
export function parsed<T>(schema: z.ZodType<T>, content: unknown, table: string): T {
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  throw unreadable(table);
}

/** A column with a time, ISO 8601. @param milliseconds since 1970 @throws ARCHIVE_UNAVAILABLE as `parsed` */
export function timeOf(milliseconds: number, table: string): string {
  const time = new Date(milliseconds);
  if (Number.isNaN(time.getTime())) throw unreadable(table);
  return time.toISOString();
}

function unreadable(table: string): VideoIdError {
  return new VideoIdError(
    'ARCHIVE_UNAVAILABLE',
    `A record in the archive is damaged or from a newer release: in the table ${table}.`,
    {
      field: 'archive',
      remedy: 'Restore the database from a backup. If another process has a newer release, install it here too.',
      facts: { reason: `unreadable ${table}` },
    },
  );
}

/** The value of a JSON column. Undefined for text that is not JSON. No schema accepts that. */
export function jsonOf(content: string | null | undefined): unknown {
  try {
    return typeof content === 'string' ? JSON.parse(content) : undefined;
  } catch {
    return undefined;
  }
}

/** Reads a record back from the text in its column. Undefined if there is no text. @throws ARCHIVE_UNAVAILABLE */
export function read<T>(schema: z.ZodType<T>, content: string | null | undefined, table: string): T | undefined {
  return content === null || content === undefined ? undefined : parsed(schema, jsonOf(content), table);
}
