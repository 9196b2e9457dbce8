import type { Readable } from 'node:stream';
import type { FileDigest } from '../archive.js';

/** An object that was opened for reading, unchecked. `notFile` if a link, a folder or a pipe is in its place, undefined if it is not there. */
export type Opened = { size: number; stream: Readable } | 'notFile' | undefined;

/**
 * Where the bytes of files are. An object is written once, under a new key, and never changed. The records say which keys count. All
 * methods throw ARCHIVE_UNAVAILABLE if the store cannot be read or written, and ARCHIVE_FULL if there is no space.
 */
export interface FileStore {
  /** For people: a folder, or `s3://bucket/prefix`. */
  readonly place: string;
  /** Whether a server may still carry out a write that has failed here: it has the bytes, and only its answer did not come. */
  readonly writesLate: boolean;

  /**
   * Writes a new object. It is hashed while it is written, made durable, read back and hashed again. An error of the stream is passed
   * on unchanged. After an error, what may be there is removed as far as possible.
   *
   * @param key from `newKey`, and not used before
   * @param more.expectedBytes the announced size, for the error if there is no space
   * @throws ARCHIVE_UNAVAILABLE also if what was read back differs
   */
  write(key: string, source: Readable, more?: { expectedBytes?: number | undefined }): Promise<FileDigest>;
  /** Opens an object. The stream must be read or destroyed; `checkedFile` compares it with a record. */
  open(key: string): Promise<Opened>;
  /** Bytes. Undefined if it is not there. */
  size(key: string): Promise<number | undefined>;
  /** Harmless if it is not there. */
  remove(key: string): Promise<void>;
  /** Where an object lies, for people: a path, or `s3://bucket/key`. */
  location(key: string): string;

  /** Writes a small object, reads it back and removes it. */
  assertUsable(): Promise<void>;
  /** Bytes this process may still write. Undefined if it cannot be known. */
  freeBytes(): Promise<number | undefined>;
  /** Removes what broken writes left without a key: drafts, and parts of uploads. Only what is older than a day. Returns how many. */
  sweep(): Promise<number>;
  close(): void;
}
