import { mkdirSync, mkdtempSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anyPort } from '../../local/ports.js';
import { openArchive } from '../../src/archive/open-archive.js';
import { type Ran, videoid } from '../cli/run.js';
import { Installation } from '../installation/installation.js';
import { aSigner, People, SAMPLES } from '../installation/people.js';

let at: Installation;
let place: string;
const folder = mkdtempSync(join(tmpdir(), 'videoid-moved-'));
const moved = join(folder, 'moved');
const other = join(folder, 'other');

beforeAll(async () => {
  at = await Installation.start({ gateway: false });
  place = at.config.archive.directory;
  await (await openArchive({ directory: other, reserve: 0 }, { create: true })).close();
});
afterAll(async () => {
  await at.close();
  rmSync(folder, { recursive: true });
});

async function run(args: string[], environment: Record<string, string> = {}): Promise<Ran> {
  return videoid(args, { environment: { VIDEOID_CONFIG: at.state.configFile, ...environment } });
}

/** Every process and command that needs the archive. */
function everything(reference: string): Record<string, string[]> {
  const { email, phone } = aSigner();
  const file = join(SAMPLES, 'agreement.pdf');
  return {
    worker: ['worker'],
    gateway: ['gateway'],
    setup: ['setup'],
    doctor: ['doctor'],
    why: ['why', reference],
    show: ['show', reference],
    sign: ['sign', file, '--email', email, '--phone', phone, '--registration-authority', '139'],
  };
}

/** What each says, with ports that are free. Each must end by itself, and fail. */
async function said(reference: string, environment: Record<string, string> = {}): Promise<Record<string, string>> {
  const ports = { VIDEOID_WORKER_HEALTH_PORT: String(await anyPort()), VIDEOID_GATEWAY_PORT: String(await anyPort()) };
  const answers = Object.entries(everything(reference)).map(async ([name, args]) => {
    const ran = await run(args, { ...ports, ...environment });
    expect({ name, code: ran.code }).not.toEqual({ name, code: 0 });
    return [name, ran.output + ran.said] as const;
  });
  return Object.fromEntries(await Promise.all(answers));
}

/** Words that would lead somebody away from the requests in the archive. */
const MAKE_ANOTHER = /new archive|(make|create)s? (a|an|another)( new)? archive/i;

function expectPutBack(answers: Record<string, string>, found: RegExp): void {
  const wrong = Object.entries(answers).filter(
    ([, text]) =>
      !found.test(text) || !text.includes('Mount') || !/archive\.(directory|\*)/.test(text) || MAKE_ANOTHER.test(text),
  );
  expect(wrong).toEqual([]);
}

test('an archive that was moved, is not mounted or is another one: each process names the path and how to put it back', async () => {
  const people = await People.start(at);
  await people.until('video');
  // Temporal has a request, and no note yet.
  renameSync(place, moved);
  const before = await run(['setup']);
  expect(before.output + before.said).toMatch(
    /There is no archive in .*: it does not exist\. But Temporal has requests/,
  );
  renameSync(moved, place);
  expect(await run(['setup'])).toMatchObject({ code: 0 });

  renameSync(place, moved);
  expectPutBack(await said(people.reference), new RegExp(`There is no archive in ${place}: it does not exist`));
  mkdirSync(place);
  expectPutBack(await said(people.reference), new RegExp(`There is no archive in ${place}: it is empty`));
  rmdirSync(place);
  const elsewhere = { VIDEOID_ARCHIVE_DIRECTORY: other };
  expectPutBack(
    await said(people.reference, elsewhere),
    new RegExp(`The archive in ${other}/.* is not the one of this`),
  );

  // What was said, done: the setting names the place where the archive is now.
  const corrected = { VIDEOID_ARCHIVE_DIRECTORY: moved };
  // The processes still need it. `doctor` asks them, and says so.
  const doctor = (await run(['doctor'], corrected)).output;
  expect(doctor).toMatch(/^ok +archive /m);
  expect(doctor).toMatch(
    new RegExp(`^fail +worker on .*\\n +The database ${place}/.* cannot be used: its file is not there`, 'm'),
  );
  expect(await run(['why', people.reference], corrected)).toMatchObject({ code: 0 });
  renameSync(moved, place);
  await people.throughTo('signed');
  expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
});

test('another archive is used only on an operator’s word', async () => {
  const elsewhere = { VIDEOID_ARCHIVE_DIRECTORY: join(folder, 'deliberate') };
  expect((await run(['setup'], elsewhere)).code).not.toBe(0);
  expect(await run(['setup', '--new-archive'], elsewhere)).toMatchObject({ code: 0 });
  expect(await run(['setup'], elsewhere)).toMatchObject({ code: 0 });
  expect(await run(['doctor'], elsewhere)).toMatchObject({ output: expect.stringContaining('id ') as string });
  expect((await run(['setup'])).said).toMatch(
    /is not the one of this installation.*correct the settings of the archive/s,
  );
});
