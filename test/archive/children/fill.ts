// Stores more than fits, and prints what happened as JSON. Arguments: directory for a new archive, bytes to store.
import { Readable } from 'node:stream';
import { VideoIdError } from '../../../src/messages/failures.js';
import type { FailureView } from '../../../src/messages/failures.js';
import { openArchive } from '../../../src/archive/open-archive.js';
import { folderPlace } from '../contract/places.js';
import { recordOf } from '../sample-start.js';

/** What the parent checks. */
export interface Report {
  storing: FailureView | 'stored';
  starting: FailureView | 'stored';
  /** What is in the store afterwards beside the three files. */
  leftovers: string[];
  /** The signed document that existed before. */
  before: string;
  /** Whether a small file can be stored after the refusal. */
  after: FailureView | 'stored';
}

async function run(directory: string, bytes: number): Promise<Report> {
  const archive = await openArchive({ directory, reserve: 0 }, { create: true });
  const key = { flow: 'signature', reference: 'full', attempt: 1 } as const;
  const incoming = await archive.begin();
  const { size, sha256 } = await incoming.addDocument({ name: 'a.pdf' }, Readable.from(['document']));
  await incoming.commit(recordOf(key, [{ index: 1, name: 'a.pdf', size, sha256 }]));
  const signed = { kind: 'signed', index: 1 } as const;
  await archive.storeFile(key, signed, Readable.from(['stored before']));

  const storing = await answerOf(archive.storeFile(key, signed, tooMuch(bytes), { expectedBytes: bytes }));
  const second = await archive.begin();
  const starting = await answerOf(second.addDocument({ name: 'b.pdf' }, tooMuch(bytes)));
  await second.discard();
  const { stream } = await archive.openFile(key, signed);
  const before = Buffer.concat(await stream.toArray()).toString();
  const after = await answerOf(archive.storeFile(key, { kind: 'contract' }, Readable.from(['small'])));
  const current = await Promise.all(
    ([{ kind: 'document', index: 1 }, signed, { kind: 'contract' }] as const).map(
      async (file) => (await archive.locateFile(key, file)).location,
    ),
  );
  const objects = await folderPlace(directory).objects();
  const leftovers = objects.filter((object) => !current.some((path) => path.endsWith(object)));
  return { storing, starting, leftovers, before, after };
}

function tooMuch(bytes: number): Readable {
  return Readable.from(
    (function* () {
      for (let left = bytes; left > 0; left -= 65_536) yield Buffer.alloc(Math.min(left, 65_536), 'x');
    })(),
  );
}

async function answerOf(storing: Promise<unknown>): Promise<FailureView | 'stored'> {
  try {
    await storing;
    return 'stored';
  } catch (error) {
    if (error instanceof VideoIdError) return error.toJSON();
    throw error;
  }
}

async function main(): Promise<void> {
  process.stdout.write(JSON.stringify(await run(process.argv[2] ?? '', Number(process.argv[3]))));
}

void main();
