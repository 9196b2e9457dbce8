import { createHash } from 'node:crypto';
import { keyOf } from '../sample-start.js';
import { childCommand, endOf, startChild } from '../children/child.js';
import { endOfStory, tellStory } from './story.js';
import { DAY, type MakePlace, TestedArchive } from './tested-archive.js';

/** Two cores. */
const AT_ONCE = 2;
/** Milliseconds. There are more than 200 places, and each needs a process. */
const LONGEST = 30 * 60_000;

/**
 * Kills a process before and after the statements and changes of files in the story, and looks at what it left.
 *
 * @param usually at each so many-th place. `KILLED_AT_EVERY=1` is at each
 */
export function describeKills(makePlace: MakePlace, usually: number): void {
  const every = Number(process.env['KILLED_AT_EVERY'] ?? usually);

  it(
    'leaves nothing that is lost, nothing that is half, and nothing that is never removed',
    async () => {
      const whole = await TestedArchive.make(makePlace);
      const { code, output } = await killedAt(whole);
      const end = await endOfStory(whole.archive);
      await whole.close();
      const places = Number(output);
      expect({ code, many: places > 100 }).toEqual({ code: 0, many: true });
      const wanted = Array.from({ length: places }, (_, at) => at + 1).filter((at) => at % every === 0);
      const next = wanted.values();
      const killing = async (): Promise<void> => {
        for (const at of next) {
          const tested = await TestedArchive.make(makePlace);
          expect({ at, ...(await afterKill(tested, at)) }).toEqual({ at, problems: [], end, left: [] });
          await tested.close();
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, killing));
    },
    LONGEST,
  );
}

/** What a kill at a place leaves, what comes of the story when it is told again, and what a late sweep leaves. */
async function afterKill(tested: TestedArchive, at: number): Promise<object> {
  const { archive } = tested;
  // Something to sweep in the story.
  await tellStory(archive, keyOf('earlier'));
  await tested.age(15 * DAY);
  await killedAt(tested, at);
  const problems = await problemsIn(tested);
  await tellStory(archive);
  problems.push(...(await problemsIn(tested)));
  await tested.age(15 * DAY);
  await archive.sweep();
  problems.push(...(await problemsIn(tested)));
  return { problems, end: await endOfStory(archive), left: await tested.intents() };
}

async function killedAt({ place }: TestedArchive, at?: number): Promise<{ code: number | null; output: string }> {
  const words = at === undefined ? [] : [String(at)];
  return await endOf(startChild(childCommand('killed-at.ts', JSON.stringify(place.settings), ...words)));
}

/**
 * Whether every file is there as it was stored, and every other object has a row by which a sweep finds it.
 *
 * @param fewest documents of each request
 */
export async function problemsIn(tested: TestedArchive, fewest = 2): Promise<string[]> {
  const files = await tested.rows.run((db) => db.selectFrom('files').selectAll().execute());
  const intents = new Set((await tested.intents()).map(({ object }) => object));
  const current = new Set(files.map(({ object }) => object));
  const problems: string[] = [];
  for (const { object, kind, sha256 } of files) {
    const found = await contentOf(tested, object);
    if (found === undefined) problems.push(`${kind} is lost`);
    else if (createHash('sha256').update(found).digest('hex') !== sha256) problems.push(`${kind} is another one`);
    if (intents.has(object)) problems.push(`${kind} may be swept`);
  }
  for (const object of await tested.place.objects()) {
    // What is not finished has no key yet.
    if ((await tested.store.size(object).catch(() => undefined)) === undefined) continue;
    if (!current.has(object) && !intents.has(object)) problems.push(`${object} has no row`);
  }
  const starts = await tested.rows.run((db) =>
    db.selectFrom('requests').select('request').where('deleted_at', 'is', null).execute(),
  );
  for (const { request } of starts) {
    const documents = files.filter((file) => file.request === request && file.kind === 'document');
    if (documents.length < fewest) problems.push(`${request} has ${documents.length} documents`);
  }
  return problems;
}

async function contentOf({ store }: TestedArchive, object: string): Promise<Buffer | undefined> {
  const opened = await store.open(object);
  return opened === undefined || opened === 'notFile' ? undefined : Buffer.concat(await opened.stream.toArray());
}
