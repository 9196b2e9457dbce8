// Takes the write lock of an SQLite file, says so, and keeps it until killed. Argument: the file.
import { DatabaseSync } from 'node:sqlite';

new DatabaseSync(process.argv[2] ?? '').exec('begin immediate');
process.stdout.write('held\n');
setInterval(() => {}, 60_000);
