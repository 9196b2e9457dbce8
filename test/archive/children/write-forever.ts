// Writes objects of 3 MB into the store in a directory, until killed. Arguments: directory, id of the archive.
import { Readable } from 'node:stream';
import { openDirectoryStore } from '../../../src/archive/files/directory-store.js';
import { newKey } from '../../../src/archive/files/file-key.js';
import { VERSIONS } from './versions.js';

async function run(directory: string, archiveId: string): Promise<void> {
  const store = await openDirectoryStore(directory, { archiveId, create: false });
  for (;;) {
    await store.write(newKey('signed'), Readable.from(chunksOf(VERSIONS[0])));
    process.stdout.write('stored\n');
  }
}

function* chunksOf(content: Buffer): Generator<Buffer> {
  for (let at = 0; at < content.length; at += 16_384) yield content.subarray(at, at + 16_384);
}

void run(process.argv[2] ?? '', process.argv[3] ?? '');
