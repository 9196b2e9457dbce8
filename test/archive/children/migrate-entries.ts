// Migrates, and prints the names of the migrations that ran as JSON. Argument: place of the database as JSON.
import { migrate } from '../../../src/archive/records/database/migrate.js';
import { MIGRATIONS, openAt } from '../records/tables.js';
import type { Place } from '../records/tables.js';

async function run(place: Place): Promise<void> {
  const database = openAt(place);
  process.stdout.write(JSON.stringify(await migrate(database, MIGRATIONS)));
  await database.close();
}

void run(JSON.parse(process.argv[2] ?? '') as Place);
