import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT } from '../../src/cli/exit-codes.js';
import { oldArchive } from '../archive/import/old-archive.js';
import { removeDirectories } from '../archive/sample-start.js';
import { openPlace, type Place } from '../client/place.js';
import { answerOf, type Ran, videoid } from './run.js';

let place: Place;
beforeEach(async () => {
  place = await openPlace({ address: '127.0.0.1:1' });
});
afterEach(async () => {
  await place.close();
  await removeDirectories();
});

/** With the settings of the place, and an archive that is not there yet. */
function run(...args: string[]): Promise<Ran> {
  const VIDEOID_ARCHIVE_DIRECTORY = join(place.directory, 'imported');
  const environment = { VIDEOID_CONFIG: join(place.directory, 'config.json'), VIDEOID_ARCHIVE_DIRECTORY };
  return videoid(['archive', 'import', ...args], { environment });
}

test('an import says what it did, and what to do next', async () => {
  const old = await oldArchive();
  const checked = await run(old, '--dry-run', '--json');
  expect(checked.code).toBe(EXIT.done);
  expect(answerOf(checked)).toMatchObject({ attempts: 6, imported: 0, files: 15, problems: [], finished: false });
  const words = (await run(old, '--dry-run')).output;
  expect(words).toContain(
    'This was only a check. Nothing was made, written or removed.\nWithout --dry-run, 6 requests',
  );
  expect(existsSync(join(place.directory, 'imported'))).toBe(false);
  const { code, output, said } = await run(old);
  expect(code).toBe(EXIT.done);
  expect(output).toMatch(/^Requests +6, 6 imported now$/m);
  expect(output).toContain(`When everything works, remove these. They are not needed any more:\n  ${old}\n`);
  expect(said).toContain('Next: videoid setup');
});

test('an import that is not finished says so, and names what is in its way', async () => {
  const old = await oldArchive();
  await writeFile(join(old, 'requests/order-1/2/marks/sign-1'), '');
  const { code, output, said } = await run(old);
  expect(code).toBe(EXIT.failed);
  expect(output).toContain('requests/order-1/2/marks/sign-1: is damaged (not imported)');
  expect(output).toContain('The import is not finished. Nobody can use the archive yet.');
  expect(said).not.toContain('Next:');
  const environment = {
    VIDEOID_CONFIG: join(place.directory, 'config.json'),
    VIDEOID_ARCHIVE_DIRECTORY: join(place.directory, 'imported'),
  };
  const listed = answerOf(await videoid(['list', '--json'], { environment }));
  expect(listed).toMatchObject({
    error: { code: 'ARCHIVE_UNAVAILABLE', field: 'archive.directory', facts: { reason: 'import not finished' } },
  });
});

test('a folder that is no such archive is the fault of the command line', async () => {
  const { code, said } = await run(place.directory);
  expect(code).toBe(EXIT.badInput);
  expect(said).toContain('archive.json is missing');
});
