// Makes a temporary copy, and ends or waits. Arguments: directory, `end` or `wait`.
import { Readable } from 'node:stream';
import { TemporaryCopies } from '../../../src/archive/temporary-copies.js';

async function run(directory: string, then: string): Promise<void> {
  const copies = await TemporaryCopies.open({ directory, most: 1000 });
  await copies.take(Readable.from(['personal']), { bytes: 100 });
  process.stdout.write('copied\n');
  if (then === 'wait') setInterval(() => undefined, 60_000);
}

void run(process.argv[2] ?? '', process.argv[3] ?? '');
