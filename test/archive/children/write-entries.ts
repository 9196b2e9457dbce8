// Adds entries one after the other, and prints a line after each. Arguments: place of the database as JSON, writer, how many.
import { addEntry, openAt } from '../records/tables.js';
import type { Place } from '../records/tables.js';

async function run(place: Place, writer: string, entries: number): Promise<void> {
  const database = openAt(place);
  for (let number = 0; number < entries; number += 1) {
    await addEntry(database, writer, number);
    process.stdout.write(`${number}\n`);
  }
  await database.close();
}

const [place = '', writer = '', entries = ''] = process.argv.slice(2);
void run(JSON.parse(place) as Place, writer, Number(entries));
