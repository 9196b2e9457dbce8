// Deletes one request. Arguments: archive directory, reference, the provider's id that is left.
import { openArchive } from '../../../src/archive/open-archive.js';
import { orderOf } from '../full-request.js';
import { keyOf } from '../sample-start.js';

async function run(directory: string, reference: string, requestPk: string): Promise<void> {
  const archive = await openArchive({ directory, reserve: 0 });
  process.stdout.write('begins\n');
  await archive.deleteRequest(keyOf(reference), orderOf(requestPk));
}

void run(process.argv[2] ?? '', process.argv[3] ?? '', process.argv[4] ?? '');
