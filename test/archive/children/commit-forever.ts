// Commits requests one after the other, until killed. Arguments: archive directory, prefix of the references.
import { Readable } from 'node:stream';
import { openArchive } from '../../../src/archive/open-archive.js';
import { recordOf } from '../sample-start.js';

async function run(directory: string, prefix: string): Promise<void> {
  const archive = await openArchive({ directory, reserve: 0 });
  for (let turn = 0; ; turn += 1) {
    const key = { flow: 'signature', reference: `${prefix}-${turn}`, attempt: 1 } as const;
    const incoming = await archive.begin();
    const { size, sha256 } = await incoming.addDocument({ name: 'a.pdf' }, Readable.from([Buffer.alloc(100_000, 'a')]));
    await incoming.commit(recordOf(key, [{ index: 1, name: 'a.pdf', size, sha256 }]));
    await archive.mark(key, 'create');
    process.stdout.write('committed\n');
  }
}

void run(process.argv[2] ?? '', process.argv[3] ?? '');
