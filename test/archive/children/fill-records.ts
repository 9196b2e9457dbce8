// Writes more than fits, and prints what happened as JSON. Arguments: file of the database, bytes of an entry.
import { rmSync, writeFileSync } from 'node:fs';
import { VideoIdError } from '../../../src/messages/failures.js';
import type { FailureView } from '../../../src/messages/failures.js';
import { migrate } from '../../../src/archive/records/database/migrate.js';
import { addEntry, count, MIGRATIONS, openAt } from '../records/tables.js';

const MOST = 1000;

/** What the parent checks. */
export interface Report {
  failure: FailureView | 'none';
  /** How many entries were reported as written. */
  written: number;
  counted: { entries: number; counter: number } | undefined;
  /** When there is room again. */
  after: FailureView | 'none';
}

async function run(file: string, bytes: number): Promise<Report> {
  const database = openAt({ file });
  const filler = `${file}.filler`;
  const failure = await failureOf(() => migrate(database, MIGRATIONS));
  if (failure !== 'none') return { failure, written: 0, counted: undefined, after: failure };
  writeFileSync(filler, Buffer.alloc(200_000));
  let written = 0;
  const filling = await failureOf(async () => {
    for (; written < MOST; written += 1) await addEntry(database, 'a', written, 'x'.repeat(bytes));
  });
  const counted = await count(database);
  rmSync(filler);
  const after = await failureOf(() => addEntry(database, 'b', 1));
  await database.close();
  return { failure: filling, written, counted, after };
}

async function failureOf(work: () => Promise<unknown>): Promise<FailureView | 'none'> {
  try {
    await work();
    return 'none';
  } catch (error) {
    if (error instanceof VideoIdError) return error.toJSON();
    throw error;
  }
}

void run(process.argv[2] ?? '', Number(process.argv[3])).then((report) => process.stdout.write(JSON.stringify(report)));
