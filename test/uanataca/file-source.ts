import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { FileSource } from '../../src/uanataca/http/multipart.js';

/** A file of a test, in the form that an upload takes. */
export function fileAt(path: string): FileSource {
  return async () => ({ stream: createReadStream(path, { highWaterMark: 16_384 }), size: (await stat(path)).size });
}
