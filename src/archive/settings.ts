import type { S3Settings } from './files/s3-settings.js';

/** Where the archive is. The settings `archive` fit. */
export interface ArchiveSettings {
  /** The folder of the records (SQLite) and of the files. Not used for those that are in PostgreSQL or S3. */
  directory: string;
  /** Reference to the URL of a PostgreSQL database. Absent: SQLite in the folder. */
  database?: string | undefined;
  files?: { s3: S3Settings } | undefined;
  /** What the webhook bridge reads: a folder of its own, or a reference to the URL of its own role in PostgreSQL. */
  index?: string | undefined;
  /** Bytes of free space below which `assertReserve` refuses. */
  reserve: number;
  /** Milliseconds. How long an object stays in the store after its file was replaced. */
  replacedFor?: number | undefined;
}
