import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Archive } from '../../src/archive/archive.js';
import { openArchive } from '../../src/archive/file-archive.js';
import type { ProcessRecord } from '../../src/messages/processes.js';

let directory: string;
let archive: Archive;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'videoid-processes-'));
  archive = await openArchive({ directory, create: true, reserveBytes: 0 });
});
afterEach(() => rmSync(directory, { recursive: true }));

const WORKER: ProcessRecord = {
  kind: 'worker',
  host: 'host-1',
  address: '127.0.0.1:7280',
  version: '1.0.0+12345678',
  startedAt: '2026-01-01T00:00:00.000Z',
  temporal: { address: '127.0.0.1:7233', namespace: 'default', taskQueue: 'videoid' },
  keys: {
    encrypts: true,
    codec: [{ id: 'c', print: 'abc' }],
    seal: [],
    orders: [{ id: 'o', print: 'd', private: true }],
  },
};

const files = (): string[] => readdirSync(join(directory, 'processes'));

/** As if it was last written so long ago. */
function age(milliseconds: number): void {
  const then = new Date(Date.now() - milliseconds);
  for (const name of files()) utimesSync(join(directory, 'processes', name), then, then);
}

it('a process that restarts replaces its record; others have their own', async () => {
  await archive.notices.noteProcess(WORKER);
  await archive.notices.noteProcess({ ...WORKER, version: '1.0.1+87654321' });
  await archive.notices.noteProcess({ ...WORKER, address: '127.0.0.1:7380' });
  await archive.notices.noteProcess({ ...WORKER, kind: 'gateway' });
  const seen = (await archive.notices.processes()).map(({ kind, address, version }) => [kind, address, version]);
  expect(seen).toHaveLength(3);
  expect(seen).toContainEqual(['worker', '127.0.0.1:7280', '1.0.1+87654321']);
});

it('a process that ended in order is forgotten, one that died is left out after minutes', async () => {
  await archive.notices.noteProcess(WORKER);
  await archive.notices.noteProcess({ ...WORKER, kind: 'gateway' });
  await archive.notices.forgetProcess(WORKER);
  await archive.notices.forgetProcess(WORKER);
  expect(await archive.notices.processes()).toMatchObject([{ kind: 'gateway' }]);
  age(10 * 60_000);
  expect(await archive.notices.processes()).toEqual([]);
});

it('records of processes that died long ago are removed by the next one', async () => {
  for (const host of ['a', 'b', 'c']) await archive.notices.noteProcess({ ...WORKER, host });
  age(2 * 86_400_000);
  await archive.notices.noteProcess(WORKER);
  expect(files()).toHaveLength(1);
});

it('a record that cannot be read does not count', async () => {
  await archive.notices.noteProcess(WORKER);
  writeFileSync(join(directory, 'processes', 'worker-0000000000000000.json'), '{"kind":');
  expect(await archive.notices.processes()).toMatchObject([{ host: 'host-1' }]);
});
