import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { FileDigest } from '../archive.js';
import { bytesOf } from './stored-stream.js';
import type { Part, S3Bucket } from './s3-bucket.js';
import { workWithin } from './within.js';

/** Bytes. S3 accepts no smaller part but the last one. */
const PART = 5 * 1024 * 1024;

/** Milliseconds. What cannot be removed in this time is swept later. */
export const CLEAN_WITHIN = 10_000;

/**
 * Writes a stream to an object, and hashes it. What is larger than a part goes in parts, one after the other, so that one part is in
 * memory. Nothing is visible before the last one.
 *
 * @param signal ends the upload with its reason
 */
export async function upload(
  bucket: S3Bucket,
  name: string,
  source: Readable,
  signal: AbortSignal,
): Promise<FileDigest> {
  const hash = createHash('sha256');
  let size = 0;
  let uploadId: string | undefined;
  const sent: Part[] = [];
  try {
    for await (const { bytes, whole } of partsOf(source)) {
      hash.update(bytes);
      size += bytes.length;
      if (whole) {
        await bucket.put(name, bytes, signal);
      } else {
        uploadId ??= await bucket.beginUpload(name, signal);
        sent.push(await bucket.uploadPart(name, uploadId, sent.length + 1, bytes, signal));
      }
    }
    if (uploadId !== undefined) await bucket.completeUpload(name, uploadId, sent, { signal, bytes: size });
    return { size, sha256: hash.digest('hex') };
  } catch (error) {
    if (uploadId !== undefined) {
      const id = uploadId;
      await workWithin(CLEAN_WITHIN, (limit) => bucket.abortUpload(name, id, limit)).catch(() => undefined);
    }
    throw error;
  }
}

/** `whole`: the stream has no more than these bytes. All parts use the same memory, one after the other. */
async function* partsOf(source: Readable): AsyncGenerator<{ bytes: Buffer; whole: boolean }> {
  const place = Buffer.allocUnsafe(PART);
  let filled = 0;
  let isFirst = true;
  for await (const chunk of source) {
    for (let bytes = bytesOf(chunk); bytes.length > 0;) {
      // Only here it is known that more follows.
      if (filled === PART) {
        yield { bytes: place, whole: false };
        filled = 0;
        isFirst = false;
      }
      const taken = bytes.subarray(0, PART - filled);
      place.set(taken, filled);
      filled += taken.length;
      bytes = bytes.subarray(taken.length);
    }
  }
  yield { bytes: place.subarray(0, filled), whole: isFirst };
}
