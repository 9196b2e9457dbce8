// Writes an object of 3 MB and a small one, and prints what came of it as JSON. Arguments: directory, id of the archive.
import { Readable } from 'node:stream';
import { openDirectoryStore } from '../../../src/archive/files/directory-store.js';
import { newKey } from '../../../src/archive/files/file-key.js';
import { VERSIONS } from './versions.js';

async function run(directory: string, archiveId: string): Promise<void> {
  const store = await openDirectoryStore(directory, { archiveId, create: false });
  const [content] = VERSIONS;
  const writing = store.write(newKey('signed'), Readable.from([content]), { expectedBytes: content.length });
  const large = await writing.catch((error: unknown) => error);
  const { size: small } = await store.write(newKey('signed'), Readable.from(['small']));
  process.stdout.write(JSON.stringify({ large, small }));
}

void run(process.argv[2] ?? '', process.argv[3] ?? '');
