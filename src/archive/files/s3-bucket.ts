import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { VideoIdError } from '../../messages/failures.js';
import { holdErrors } from './stored-stream.js';
import type { S3Limits } from './s3-client.js';
import { isAnswer, s3Failure, s3Unavailable } from './s3-failure.js';
import { workWithin } from './within.js';

/** How a request is sent. */
interface Sending {
  /** Ends it early. Then its reason is thrown. */
  signal?: AbortSignal | undefined;
  /** How many bytes the server has to write for it. */
  bytes?: number;
}

/** The options of the SDK for one request. */
interface SendOptions {
  /** Milliseconds, until the answer begins. */
  requestTimeout: number;
  abortSignal: AbortSignal;
}

/** A part of a multipart upload that the server has. */
export interface Part {
  ETag: string;
  PartNumber: number;
}

/** An object or an upload, and its time by the server's clock: milliseconds since 1970. */
export interface Leftover {
  name: string;
  at: number;
  /** Of a multipart upload. */
  uploadId?: string;
}

/** The objects below one prefix of a bucket. Names are without the prefix. Its errors are ARCHIVE_FULL and ARCHIVE_UNAVAILABLE. */
export class S3Bucket {
  /** `s3://bucket/prefix`. */
  readonly place: string;
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;

  readonly #limits: S3Limits;

  constructor(
    client: S3Client,
    { bucket, prefix = '' }: { bucket: string; prefix?: string | undefined },
    limits: S3Limits,
  ) {
    this.#client = client;
    this.#limits = limits;
    this.#bucket = bucket;
    this.#prefix = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
    this.place = `s3://${bucket}/${this.#prefix}`;
  }

  location(name: string): string {
    return `${this.place}${name}`;
  }

  async put(name: string, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    const command = new PutObjectCommand({ ...this.#at(name), Body: bytes });
    await this.#run((options) => this.#client.send(command, options), { signal, bytes: bytes.length });
  }

  /** Writes an object unless it exists. */
  async putOnce(name: string, bytes: Uint8Array): Promise<void> {
    const command = new PutObjectCommand({ ...this.#at(name), Body: bytes, IfNoneMatch: '*' });
    await this.#run((options) => orUndefined(this.#client.send(command, options), 'PreconditionFailed'));
  }

  /** Undefined if it is not there. The stream must be read or destroyed. */
  async get(name: string): Promise<{ size: number; stream: Readable } | undefined> {
    const command = new GetObjectCommand(this.#at(name));
    const answer = await this.#run((options) => orUndefined(this.#client.send(command, options), 'NoSuchKey'));
    if (answer === undefined) return undefined;
    const { Body: body, ContentLength: size } = answer;
    if (!(body instanceof Readable) || size === undefined) throw this.unavailable('no size');
    holdErrors(body);
    const stream = Readable.from(this.#pieces(body), { objectMode: false });
    // Also if it is destroyed before it was read.
    stream.once('close', () => body.destroy());
    return { size, stream };
  }

  /** Bytes. Undefined if it, or the bucket, is not there: the answer does not say which. */
  async size(name: string): Promise<number | undefined> {
    const command = new HeadObjectCommand(this.#at(name));
    const answer = await this.#run((options) =>
      orUndefined(this.#client.send(command, options), 'NotFound', 'NoSuchKey'),
    );
    return answer?.ContentLength;
  }

  /** Harmless if it is not there. */
  async delete(name: string, signal?: AbortSignal): Promise<void> {
    const command = new DeleteObjectCommand(this.#at(name));
    await this.#run((options) => orUndefined(this.#client.send(command, options), 'NoSuchKey'), { signal });
  }

  /** Objects whose names begin with this. @param limit at most 1000 */
  async list(beginning: string, limit = 1000): Promise<Leftover[]> {
    const command = new ListObjectsV2Command({
      Bucket: this.#bucket,
      Prefix: `${this.#prefix}${beginning}`,
      MaxKeys: limit,
    });
    const { Contents: found = [] } = await this.#run((options) => this.#client.send(command, options));
    return found.map(({ Key, LastModified }) => ({ name: this.#nameOf(Key), at: timeOf(LastModified) }));
  }

  /** Multipart uploads that are under way or were left, at most 1000. */
  async uploads(): Promise<Leftover[]> {
    const command = new ListMultipartUploadsCommand({ Bucket: this.#bucket, Prefix: this.#prefix });
    const { Uploads: found = [] } = await this.#run((options) => this.#client.send(command, options));
    return found.map(({ Key, UploadId = '', Initiated }) => ({
      name: this.#nameOf(Key),
      at: timeOf(Initiated),
      uploadId: UploadId,
    }));
  }

  /** Begins a multipart upload. Nothing is visible before it is completed. @returns its id */
  async beginUpload(name: string, signal: AbortSignal): Promise<string> {
    const command = new CreateMultipartUploadCommand(this.#at(name));
    const { UploadId } = await this.#run((options) => this.#client.send(command, options), { signal });
    if (UploadId === undefined) throw this.unavailable('no upload id');
    return UploadId;
  }

  async uploadPart(
    name: string,
    uploadId: string,
    number: number,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<Part> {
    const command = new UploadPartCommand({
      ...this.#at(name),
      UploadId: uploadId,
      PartNumber: number,
      Body: bytes,
    });
    const { ETag } = await this.#run((options) => this.#client.send(command, options), {
      signal,
      bytes: bytes.length,
    });
    if (ETag === undefined) throw this.unavailable('no ETag');
    return { ETag, PartNumber: number };
  }

  /** @param sending.bytes of all parts */
  async completeUpload(name: string, uploadId: string, parts: Part[], sending: Sending): Promise<void> {
    const command = new CompleteMultipartUploadCommand({
      ...this.#at(name),
      UploadId: uploadId,
      MultipartUpload: { Parts: parts },
    });
    // The answer to an earlier try may have been lost. Whoever completes an upload reads the object back.
    await this.#run((options) => orUndefined(this.#client.send(command, options), 'NoSuchUpload'), sending);
  }

  /** Removes the parts. Harmless if there are none. */
  async abortUpload(name: string, uploadId: string, signal?: AbortSignal): Promise<void> {
    const command = new AbortMultipartUploadCommand({ ...this.#at(name), UploadId: uploadId });
    await this.#run((options) => orUndefined(this.#client.send(command, options), 'NoSuchUpload'), { signal });
  }

  close(): void {
    this.#client.destroy();
  }

  /** The error ARCHIVE_UNAVAILABLE, for a named condition. */
  unavailable(reason: string, message = `The server of ${this.place} does not answer like S3.`): VideoIdError {
    return s3Unavailable(this.place, { reason }, message);
  }

  /** The SDK repeats a request. All tries together get twice the time of one. */
  async #run<T>(send: (options: SendOptions) => Promise<T>, { signal, bytes = 0 }: Sending = {}): Promise<T> {
    const within = Math.ceil(this.#limits.answer + (this.#limits.megabyte * bytes) / 1e6);
    const sent = (abortSignal: AbortSignal) => send({ requestTimeout: within, abortSignal });
    try {
      return await workWithin(2 * within, sent, signal);
    } catch (error) {
      signal?.throwIfAborted();
      // The credentials could not be read.
      if (error instanceof VideoIdError) throw error;
      throw s3Failure(error, this.place, bytes);
    }
  }

  /** The limit is for the server alone. The reader of the stream may be slow. */
  async *#pieces(body: Readable): AsyncGenerator<Uint8Array> {
    const limited = () => setTimeout(() => body.destroy(new Late()), this.#limits.piece);
    let limit = limited();
    try {
      for await (const piece of body as AsyncIterable<Uint8Array>) {
        clearTimeout(limit);
        yield piece;
        limit = limited();
      }
    } catch (error) {
      throw s3Failure(error, this.place);
    } finally {
      clearTimeout(limit);
    }
  }

  #at(name: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: `${this.#prefix}${name}` };
  }

  #nameOf(key = ''): string {
    return key.slice(this.#prefix.length);
  }
}

class Late extends Error {
  override readonly name = 'TimeoutError';
}

/** Without a time, it counts as new. */
function timeOf(date: Date | undefined): number {
  return date?.getTime() ?? Number.MAX_SAFE_INTEGER;
}

/** Resolves to undefined if the answer has one of the codes. */
async function orUndefined<T>(sent: Promise<T>, ...codes: string[]): Promise<T | undefined> {
  try {
    return await sent;
  } catch (error) {
    if (isAnswer(error, ...codes)) return undefined;
    throw error;
  }
}
