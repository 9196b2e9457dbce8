import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { FileDigest } from '../archive.js';
import { digestOf, holdErrors, isSame, READ_BACK } from './stored-stream.js';
import { LEFTOVER_AGE } from './sweep-drafts.js';
import { checkedKey } from './file-key.js';
import type { FileStore, Opened } from './file-store.js';
import { assertMarker, MARKER, markerText } from './marker.js';
import { S3Bucket } from './s3-bucket.js';
import { S3_LIMITS, s3Client, type S3Limits } from './s3-client.js';
import type { S3Settings } from './s3-settings.js';
import { CLEAN_WITHIN, upload } from './s3-upload.js';
import { workWithin } from './within.js';

/** Objects below it are only written to test the store. The sweeper removes them after a day. */
const DRAFTS = '.drafts/';

/**
 * Opens the store in a bucket.
 *
 * @param options.create make the store if nothing is below the prefix. The bucket must be there
 * @throws ARCHIVE_UNAVAILABLE if it is not the store of this archive, or is out of reach
 */
export async function openS3Store(
  settings: S3Settings,
  { archiveId, create, limits = S3_LIMITS }: { archiveId: string; create: boolean; limits?: S3Limits },
): Promise<FileStore> {
  const client = await s3Client(settings, limits);
  const store = new S3Store(new S3Bucket(client, settings, limits), archiveId);
  try {
    if (create) await store.make();
    await store.assertPresent();
    return store;
  } catch (error) {
    store.close();
    throw error;
  }
}

/** Objects in a bucket, `<prefix>/<2 hex digits>/<name>`. */
class S3Store implements FileStore {
  readonly place: string;
  readonly writesLate = true;
  readonly #bucket: S3Bucket;
  readonly #archiveId: string;

  constructor(bucket: S3Bucket, archiveId: string) {
    this.place = bucket.place;
    this.#bucket = bucket;
    this.#archiveId = archiveId;
  }

  async write(key: string, source: Readable): Promise<FileDigest> {
    holdErrors(source);
    const name = checkedKey(key);
    const end = new AbortController();
    source.once('error', (error) => end.abort(error));
    try {
      const written = await upload(this.#bucket, name, source, end.signal);
      await this.#assertStored(name, written);
      return written;
    } catch (error) {
      source.destroy();
      await this.#drop(name);
      throw error;
    }
  }

  async open(key: string): Promise<Opened> {
    const opened = await this.#bucket.get(checkedKey(key));
    if (opened === undefined) await this.assertPresent();
    return opened;
  }

  async size(key: string): Promise<number | undefined> {
    const size = await this.#bucket.size(checkedKey(key));
    if (size === undefined) await this.assertPresent();
    return size;
  }

  async remove(key: string): Promise<void> {
    await this.#bucket.delete(checkedKey(key));
  }

  location(key: string): string {
    return this.#bucket.location(checkedKey(key));
  }

  async assertUsable(): Promise<void> {
    await this.assertPresent();
    const name = `${DRAFTS}${randomUUID()}`;
    const bytes = Buffer.from(name);
    try {
      await this.#bucket.put(name, bytes);
      const found = await this.#bucket.get(name);
      const text = found === undefined ? undefined : await textOf(found.stream);
      if (text !== name) throw this.#differs();
    } finally {
      await this.#drop(name);
    }
  }

  /** S3 does not say how much space is free. */
  async freeBytes(): Promise<undefined> {
    return undefined;
  }

  async sweep(): Promise<number> {
    await this.assertPresent();
    const now = await this.#now();
    let removed = 0;
    // One page of each. The next sweeps do the rest.
    for (const { name, at, uploadId } of [...(await this.#bucket.uploads()), ...(await this.#bucket.list(DRAFTS))]) {
      if (now - at < LEFTOVER_AGE) continue;
      await (uploadId === undefined ? this.#bucket.delete(name) : this.#bucket.abortUpload(name, uploadId));
      removed += 1;
    }
    return removed;
  }

  close(): void {
    this.#bucket.close();
  }

  /** Writes the marker, unless it or something else is there. */
  async make(): Promise<void> {
    const present = await this.#bucket.list('', 1);
    if (present.length === 0) await this.#bucket.putOnce(MARKER, Buffer.from(markerText(this.#archiveId)));
  }

  /** @throws ARCHIVE_UNAVAILABLE if this is not the store of this archive */
  async assertPresent(): Promise<void> {
    const found = await this.#bucket.get(MARKER);
    assertMarker(found === undefined ? undefined : await textOf(found.stream), {
      archiveId: this.#archiveId,
      place: this.place,
      field: 'archive.files',
      putBack: 'Correct bucket and prefix in archive.files.s3.',
    });
  }

  /** The time by the server's clock, which also gives objects and uploads their times. */
  async #now(): Promise<number> {
    const name = `${DRAFTS}${randomUUID()}`;
    await this.#bucket.put(name, Buffer.from(name));
    const [found] = await this.#bucket.list(name);
    await this.#drop(name);
    return found?.at ?? 0;
  }

  async #assertStored(name: string, written: FileDigest): Promise<void> {
    const found = await this.#bucket.get(name);
    if (found === undefined || !isSame(await digestOf(found.stream), written)) throw this.#differs();
  }

  #differs() {
    return this.#bucket.unavailable(READ_BACK.reason, READ_BACK.words);
  }

  /** What cannot be removed now is swept later. */
  async #drop(name: string): Promise<void> {
    await workWithin(CLEAN_WITHIN, (signal) => this.#bucket.delete(name, signal)).catch(() => undefined);
  }
}

async function textOf(stream: Readable): Promise<string> {
  return Buffer.concat(await stream.toArray()).toString('utf8');
}
