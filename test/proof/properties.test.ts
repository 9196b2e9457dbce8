import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import type { RequestStatus } from '../../src/messages/status.js';
import { STATUS_QUERY } from '../../src/messages/steering.js';
import { eventually } from '../installation/patience.js';
import { course, type Course } from '../workflows/acts.js';
import { fakeActivities } from '../workflows/fake-activities.js';
import { Play } from '../workflows/play.js';
import { ProviderModel } from '../workflows/provider-model.js';
import { StoryWorker } from '../workflows/story-worker.js';

/** To repeat a run, set PROPERTIES_SEED. */
const SEED = Number(process.env['PROPERTIES_SEED'] ?? Date.now() % 1_000_000);
/** The number of courses. A few run at a time, because they mostly wait. */
const RUNS = Number(process.env['PROPERTIES_RUNS'] ?? 48);
const AT_ONCE = 4;
/** How long it looks for calls that come after the end, in milliseconds. */
const AFTERWARDS = 60;

const models = new Map<string, ProviderModel>();
let stories: StoryWorker;

beforeAll(async () => {
  process.stderr.write(`properties of the signature workflow: seed ${SEED}\n`);
  stories = await StoryWorker.start({ ...fakeActivities(modelOf) });
}, 60_000);
afterAll(() => stories.close());

function modelOf(reference: string): ProviderModel {
  const model = models.get(reference);
  if (model === undefined) throw new Error(`no request ${reference} is played`);
  return model;
}

/** Plays a course. Returns everything that must not happen but did. */
async function wrongWith(one: Course): Promise<string[]> {
  const reference = randomUUID();
  const model = new ProviderModel(one.withdraws);
  models.set(reference, model);
  const play = await Play.start(stories.client, stories.taskQueue, reference, model, one);
  const outcome = await play.toTheEnd();
  // Another workflow then continues the deletion.
  if (outcome.cleanup === 'pending') await eventually(() => Promise.resolve(model.uploaded === 0));
  await pause(AFTERWARDS);
  return [...model.broken, ...model.contradictions(outcome), ...(await otherThanReplayed(reference))];
}

/** The journal says what a replay of the history says. */
async function otherThanReplayed(reference: string): Promise<string[]> {
  const handle = stories.client.workflow.getHandle(`signature-${reference}`);
  const { events } = await handle.query<RequestStatus>(STATUS_QUERY); // replays, because it has ended
  const written = stories.journal.requests.get(reference)?.events ?? [];
  return isDeepStrictEqual(written, events)
    ? stories.journal.broken
    : [`journal: ${JSON.stringify({ written, events })}`];
}

test('whatever comes in whatever order: it ends in the state the provider is in, nothing is cleaned up before the files are stored, no code is passed on twice, after the end nothing is called, and the journal has every event', async () => {
  const share = Math.ceil(RUNS / AT_ONCE);
  const parts = Array.from({ length: AT_ONCE }, (_, part) =>
    fc.assert(
      fc.asyncProperty(course, async (one) => {
        expect(await wrongWith(one)).toEqual([]);
      }),
      // A course takes a second. The first failing course is shown, with the seed and the path that repeat it.
      { numRuns: share, seed: SEED + part, endOnFailure: true },
    ),
  );
  await Promise.all(parts);
}, 600_000);
