// Stores two versions of a signed document in turn, until killed. Arguments: archive directory, reference.
import { Readable } from 'node:stream';
import { openArchive } from '../../../src/archive/open-archive.js';
import { VERSIONS } from './versions.js';

async function run(directory: string, reference: string): Promise<void> {
  const archive = await openArchive({ directory, reserve: 0 });
  const key = { flow: 'signature', reference, attempt: 1 } as const;
  for (let turn = 0; ; turn += 1) {
    const version = VERSIONS[turn % 2] ?? VERSIONS[0];
    await archive.storeFile(key, { kind: 'signed', index: 1 }, Readable.from(chunksOf(version)));
    process.stdout.write('stored\n');
  }
}

function* chunksOf(content: Buffer): Generator<Buffer> {
  for (let at = 0; at < content.length; at += 16_384) yield content.subarray(at, at + 16_384);
}

void run(process.argv[2] ?? '', process.argv[3] ?? '');
