import { readdir } from 'node:fs/promises';
import * as fc from 'fast-check';
import { Disk } from '../../src/archive/disk.js';
import { claimRead } from '../../src/archive/read-pace.js';
import { keyOf, newArchive, newDirectory, removeDirectories, startedRequest } from './sample-start.js';
import type { RequestPk } from '../../src/messages/request.js';

afterEach(removeDirectories);

const GAP = 10_000;
const NOON = Date.parse('2025-01-01T12:00:00Z');

describe('reads of one request', () => {
  let disk: Disk;
  let directory: string;
  beforeEach(async () => {
    directory = await newDirectory();
    disk = new Disk(directory);
  });
  const claim = async (now: number, gap = GAP): Promise<number> => await claimRead(disk, directory, gap, now);

  it('are a gap apart', async () => {
    expect(await claim(NOON)).toBe(0);
    expect(await claim(NOON + 1)).toBe(GAP - 1);
    expect(await claim(NOON + GAP - 1)).toBe(1);
    expect(await claim(NOON + GAP)).toBe(0);
    expect(await claim(NOON + GAP)).toBe(GAP);
  });

  it('go to exactly one of many workers at the same moment', async () => {
    for (let round = 0; round < 20; round += 1) {
      const now = NOON + round * GAP;
      const answers = await Promise.all(Array.from({ length: 8 }, (_, worker) => claim(now + (worker % 3))));
      expect(answers.filter((wait) => wait === 0)).toHaveLength(1);
    }
  });

  it('never wait longer than a gap, also for a worker whose clock is behind', async () => {
    expect(await claim(NOON)).toBe(0);
    expect(await claim(NOON - 200)).toBe(GAP);
  });

  it('go on at once when the clock was set back by more than a gap', async () => {
    expect(await claim(NOON)).toBe(0);
    expect(await claim(NOON - 3_600_000)).toBe(0);
    expect(await claim(NOON - 3_600_000 + 1)).toBe(GAP - 1);
  });

  it('leave one small file, however many there were and however the clocks went', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -50_000, max: 50_000 }), { minLength: 1, maxLength: 20 }),
        async (steps) => {
          for (const step of steps) {
            const wait = await claim(NOON + step);
            expect(wait).toBeGreaterThanOrEqual(0);
            expect(wait).toBeLessThanOrEqual(GAP);
          }
          expect(await readdir(directory)).toHaveLength(1);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('are always allowed without a gap', async () => {
    expect([await claim(NOON, 0), await claim(NOON, 0)]).toEqual([0, 0]);
  });
});

const PK = '101' as RequestPk;

it('each request has its own pace, and so has each of its videos', async () => {
  const { archive } = await newArchive();
  await startedRequest(archive, keyOf('one'));
  await startedRequest(archive, keyOf('two'));
  const year = 365 * 24 * 60 * 60 * 1000;
  expect(await archive.touchRead(keyOf('one'), PK, year)).toBe(0);
  expect(await archive.touchRead(keyOf('two'), PK, year)).toBe(0);
  expect(await archive.touchRead(keyOf('one'), PK, year)).toBeGreaterThan(0);
  expect(await archive.touchRead(keyOf('one'), '102' as RequestPk, year)).toBe(0);
});
