// Takes part in races, whose names come on the standard input. Answers each with a line of JSON.
// Arguments: settings of the archive, the number of this contestant.
import { createInterface } from 'node:readline';
import { openArchive } from '../../../src/archive/open-archive.js';
import type { ArchiveSettings } from '../../../src/archive/settings.js';
import { RACES, type RaceName } from '../contract/races.js';

async function run(settings: ArchiveSettings, who: number): Promise<void> {
  const archive = await openArchive(settings);
  process.stdout.write('ready\n');
  for await (const race of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await RACES[race as RaceName](archive, who))}\n`);
  }
  await archive.close();
}

void run(JSON.parse(process.argv[2] ?? '') as ArchiveSettings, Number(process.argv[3]));
