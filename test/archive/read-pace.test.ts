import * as fc from 'fast-check';
import type { Archive } from '../../src/archive/archive.js';
import { openArchive } from '../../src/archive/open-archive.js';
import type { RequestPk } from '../../src/messages/request.js';
import { keyOf, newArchive, removeDirectories, startedRequest } from './sample-start.js';

afterAll(removeDirectories);

const GAP = 10_000;
const NOON = Date.parse('2025-01-01T12:00:00Z');
const key = keyOf('pace');
let now = NOON;
let archive: Archive;
let videos = 0;

beforeAll(async () => {
  const { archive: made, directory } = await newArchive();
  await startedRequest(made, key);
  archive = await openArchive({ directory, reserve: 0 }, { now: () => now });
});

/** Asks for reads of a new video, at these moments after noon. */
async function answersAt(...moments: number[]): Promise<number[]> {
  videos += 1;
  const answers: number[] = [];
  for (const moment of moments) {
    now = NOON + moment;
    answers.push(await archive.touchRead(key, String(videos) as RequestPk, GAP));
  }
  return answers;
}

describe('reads of one request', () => {
  it('are a gap apart', async () => {
    expect(await answersAt(0, 1, GAP - 1, GAP, GAP)).toEqual([0, GAP - 1, 1, 0, GAP]);
  });

  it('never wait longer than a gap, also when the clock went back a little', async () => {
    expect(await answersAt(0, -200)).toEqual([0, GAP]);
  });

  it('go on at once when the clock was set back by more than a gap', async () => {
    expect(await answersAt(0, -3_600_000, -3_600_000 + 1)).toEqual([0, 0, GAP - 1]);
  });

  it('never wait longer than a gap, however the clock goes', async () => {
    const moments = fc.array(fc.integer({ min: -50_000, max: 50_000 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(moments, async (steps) => {
        for (const wait of await answersAt(...steps)) {
          expect(wait).toBeGreaterThanOrEqual(0);
          expect(wait).toBeLessThanOrEqual(GAP);
        }
      }),
      { numRuns: 30 },
    );
  });
});
