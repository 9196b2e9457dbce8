import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { array, assert, asyncProperty, constantFrom, integer, jsonValue, oneof, uint8Array } from 'fast-check';
import type { Archive } from '../../src/archive/archive.js';
import { openArchive } from '../../src/archive/file-archive.js';
import { VideoIdError } from '../../src/messages/failures.js';
import type { RequestPk, VideoidPk } from '../../src/messages/request.js';
import { keyOf, newArchive, removeDirectories, startedRequest } from './sample-start.js';

/** The number of damaged records. `HOSTILE_RECORDS` raises it. */
const RUNS = Number(process.env['HOSTILE_RECORDS'] ?? 300);

const key = keyOf('damaged');
const below = 'requests/damaged/1';
const actor = { kind: 'operator' } as const;
const at = '2026-01-01T00:00:00.000Z';
const ORDER = 'a'.repeat(64);

let archive: Archive;
let directory: string;
beforeAll(async () => {
  ({ archive, directory } = await newArchive());
  await startedRequest(archive, key);
  await archive.addCorrection(key, { phone: '+34600000001' });
  await archive.addSupplement(key, { fields: { title: 'Director' }, documents: [] });
  await archive.noteCard(key, { round: 1, sn: '5053311' });
  await archive.writeSealed(key, 'approval', { keyId: 'k', sealed: 'AAAA' });
  await archive.writeProvider(key, { videoidPk: '1' as VideoidPk, requestPk: '2' as RequestPk });
  await archive.mark(key, 'create-1');
  await archive.appendEvent(key, { at, what: 'link-shown' });
  await archive.bindOrder(key, ORDER, { verb: 'cancel', keyId: 'k', fingerprint: 'b'.repeat(64), at });
  await archive.recordOutcome(key, {
    outcome: 'cancelled', reference: key.reference, attempt: 1, reason: 'r', actor, at, cleanup: 'none', documents: [], durations: {},
  }); // prettier-ignore
  await archive.writeIndex('sandbox', '2' as RequestPk, {
    workflowId: 'signature-damaged',
    flow: 'signature',
    reference: 'damaged',
    attempt: 1,
  });
  const place = { environment: 'sandbox', flow: 'signature' } as const;
  await archive.notices.noteOutage({ ...place, code: 'PROVIDER_UNREACHABLE', optimizer: 'o', words: 'w', since: at });
  await archive.notices.appendFeed({
    id: 'i', ...place, reference: 'damaged', attempt: 1, registrationAuthority: '1', at, what: 'deadline-near', stage: 'video', deadline: at,
  } as never); // prettier-ignore
});
afterAll(removeDirectories);

/** Every file that is read again later, and its reader. */
const RECORDS: [file: string, read: () => Promise<unknown>][] = [
  ['archive.json', () => openArchive({ directory, reserveBytes: 0 })],
  [`${below}/request.json`, () => archive.readRequest(key)],
  [`${below}/corrections/1.json`, () => archive.readSigner(key)],
  [`${below}/supplements/1.json`, () => archive.supplements(key)],
  [`${below}/cards/1.json`, () => archive.cards(key)],
  [`${below}/sealed/approval.json`, () => archive.readSealed(key, 'approval')],
  [`${below}/provider.json`, () => archive.readProvider(key)],
  [`${below}/outcome.json`, () => archive.readOutcome(key)],
  [`${below}/orders/${ORDER}.json`, () => archive.readOrder(key, ORDER)],
  [`${below}/marks/create-1`, () => archive.markedAt(key, 'create-1')],
  [`${below}/events/0.json`, () => archive.events(key)],
  ['index/sandbox/2', () => archive.readIndex('sandbox', '2')],
  ['feed/1.json', () => archive.notices.readFeed(0, 10)],
  ['outages/sandbox.signature.json', () => archive.notices.outages()],
];

/** Reads a file with changed content, then restores the content. */
async function readDamaged(file: string, content: string | Uint8Array, read: () => Promise<unknown>): Promise<unknown> {
  const path = join(directory, file);
  let right: Buffer | undefined;
  try {
    right = readFileSync(path);
  } catch {
    mkdirSync(dirname(path), { recursive: true });
  }
  writeFileSync(path, content);
  try {
    return await read().then(
      () => undefined,
      (error: unknown) => error,
    );
  } finally {
    writeFileSync(path, right ?? JSON.stringify({ at, what: 'link-shown' }));
  }
}

test.each(RECORDS)('%s that is damaged is reported by its name, with any content', async (file, read) => {
  const name = file.split('/').at(-1) ?? '';
  const damage = [
    '',
    '{',
    'null',
    '[]',
    '"text"',
    '{}',
    '1e999',
    '\u0000',
    '[[[['.repeat(10_000),
    '{"id":"../.."}',
    '\ufeff{}',
  ];
  for (const content of damage) {
    const error = await readDamaged(file, content, read);
    expect({ content: content.slice(0, 20), error }).toMatchObject({ error: { code: 'ARCHIVE_UNAVAILABLE' } });
    expect((error as VideoIdError).facts).toMatchObject({
      reason: expect.stringContaining(name.replace('0.json', '')) as string,
    });
  }
});

/** Replaces a value somewhere in a record. */
function changed(record: unknown, path: readonly number[], value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined || typeof record !== 'object' || record === null) return value;
  const names = Object.keys(record);
  const name = names[first % Math.max(1, names.length)];
  if (name === undefined) return value;
  return { ...record, [name]: changed(Reflect.get(record, name), rest, value) };
}

// oxlint-disable-next-line jest/expect-expect -- in the property
test('a record with any content is read or reported, and never breaks the reader', async () => {
  const odd = oneof(
    jsonValue(),
    constantFrom<unknown>(
      -1,
      0,
      1.5,
      1e308,
      2 ** 53,
      '',
      'x'.repeat(10_000),
      '../..',
      '\u0000',
      '__proto__',
      null,
      [],
      {},
      true,
    ),
  );
  const bytes = uint8Array({ maxLength: 200 });
  await assert(
    asyncProperty(
      constantFrom(...RECORDS.filter(([file]) => !file.includes('marks'))),
      oneof(
        array(integer({ min: 0, max: 30 }), { maxLength: 4 }).map((path) => ({ path })),
        bytes.map((raw) => ({ raw })),
      ),
      odd,
      async ([file, read], how, value) => {
        const right = file.includes('events') ? '{}' : readFileSync(join(directory, file), 'utf8');
        const content = 'raw' in how ? how.raw : JSON.stringify(changed(JSON.parse(right), how.path, value));
        const error = await readDamaged(file, content ?? 'null', read);
        expect(error === undefined || error instanceof VideoIdError).toBe(true);
      },
    ),
    { numRuns: RUNS, seed: 9 },
  );
});

test('what somebody left in a folder of the archive is passed over', async () => {
  const other = keyOf('strewn');
  await startedRequest(archive, other);
  await archive.addSupplement(other, { fields: { title: 'one' }, documents: [] });
  await archive.touchRead(other, '101' as RequestPk, 10);
  const folder = join(directory, 'requests/strewn/1');
  for (const name of ['1.json~', '.DS_Store', 'x.json', '01.json', `${'9'.repeat(240)}.json`, 'NaN']) {
    writeFileSync(join(folder, 'supplements', name), '{}');
    writeFileSync(join(folder, 'reads-101', name), '');
  }
  writeFileSync(join(folder, 'reads-101', '9'.repeat(250)), '');
  await expect(archive.supplements(other)).resolves.toHaveLength(1);
  await expect(archive.addSupplement(other, { fields: { title: 'two' }, documents: [] })).resolves.toBe(2);
  await expect(archive.touchRead(other, '101' as RequestPk, 10)).resolves.toEqual(expect.any(Number));
});
