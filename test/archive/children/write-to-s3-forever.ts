// Writes objects of 12 MB to S3, until killed, and says so with each second part. Arguments: settings, id of the archive.
import { Readable } from 'node:stream';
import { newKey } from '../../../src/archive/files/file-key.js';
import type { S3Settings } from '../../../src/archive/files/s3-settings.js';
import { openS3Store } from '../../../src/archive/files/s3-store.js';

async function run(settings: S3Settings, archiveId: string): Promise<void> {
  const store = await openS3Store(settings, { archiveId, create: false });
  await store.write(newKey('signed'), Readable.from(pieces()));
  for (;;) await store.write(newKey('signed'), Readable.from(pieces({ told: true })));
}

/** When this much is asked for, the first part is with the server, and the upload is not complete. */
function* pieces({ told = false } = {}): Generator<Buffer> {
  for (let number = 0; number < 12; number += 1) {
    if (told && number === 11) process.stdout.write('in the middle\n');
    yield Buffer.alloc(1_000_000, number);
  }
}

void run(JSON.parse(process.argv[2] ?? '') as S3Settings, process.argv[3] ?? '');
