import type { Archived, OtherQueue, RecordedRequest, Revived, VideoIdClient } from '../../client.js';
import type { Config } from '../../config.js';
import { terminateCommand } from '../../messages/temporal-place.js';
import { check, type Check } from './check.js';

/** So many references are named. `list --recorded` shows all. */
const NAMED = 5;

/** The most that the search finds. */
const AT_MOST = 1000;

type Named = Pick<RecordedRequest, 'reference' | 'attempt'>;

/**
 * Compares the archive with Temporal. After a restore of one of them, requests run that should not, or do not run that should.
 *
 * @param onProgress how many references of how many were looked at
 */
export async function requestChecks(
  { temporal }: Config,
  client: Pick<VideoIdClient, 'differences'>,
  onProgress: (looked: number, of: number) => void,
): Promise<Check[]> {
  const found: Check[] = [];
  const compared = await check('requests', async () => {
    const { recorded, revived, queues } = await client.differences({ limit: AT_MOST, onProgress });
    const more = recorded.complete ? '' : ' There may be more.';
    const moved = new Set(revived.map(({ workflowId }) => workflowId));
    const open = recorded.requests.filter(({ workflowId }) => !moved.has(workflowId));
    const others = open.filter(({ state }) => state !== 'other-queue');
    const [elsewhere, idle] = split(others, ({ state }) => state === 'elsewhere');
    const revivedAs = (state: Archived): Revived[] => revived.filter((each) => each.state === state);
    found.push(
      ...idleCheck(idle, more),
      ...elsewhereCheck(elsewhere),
      ...queues.map((each) => queueCheck(each, temporal.taskQueue)),
      ...endedCheck(revivedAs('ended')),
      ...movedCheck(revivedAs('moved'), temporal),
      ...unknownCheck(revivedAs('not-recorded'), temporal),
      ...deletedCheck(revivedAs('deleted'), temporal),
      ...lostCheck(revivedAs('lost')),
    );
    return { words: 'the archive and Temporal agree' };
  });
  return found.length === 0 ? [compared] : found;
}

function idleCheck(requests: readonly RecordedRequest[], more: string): Check[] {
  if (requests.length === 0) return [];
  const words = `${requests.length} of the archive have not ended and do not run in Temporal: ${namesOf(requests)}.${more}`;
  return [
    {
      name: 'requests',
      state: 'warn',
      words,
      remedy: '`videoid list --recorded` lists them. `videoid resume --all` continues them from the archive.',
    },
  ];
}

function elsewhereCheck(requests: readonly Named[]): Check[] {
  if (requests.length === 0) return [];
  return [
    {
      name: 'requests elsewhere',
      state: 'fail',
      words: `${requests.length} of the archive run in another Temporal: ${namesOf(requests)}.`,
      remedy:
        'Use its settings. Only if it is lost for good: `videoid resume --all --after-loss`, which says what it risks.',
    },
  ];
}

function queueCheck({ taskQueue, requests, wrong }: OtherQueue, own: string): Check {
  const name = 'requests in another task queue';
  const waiting = `${requests.length} wait in the task queue ${taskQueue}, which no worker serves: ${namesOf(requests)}.`;
  if (wrong === undefined) {
    const words = `${waiting} No worker serves ${own} either, which the settings here name.`;
    return { name, state: 'fail', words, remedy: 'Start a worker, and run this again. It then says what is wrong.' };
  }
  const remedy = `${wrong.correct} Then continue them where workers are: ${wrong.before}videoid resume --all`;
  return { name, state: 'fail', words: `${waiting} ${wrong.words}`, remedy };
}

function endedCheck(requests: readonly Named[]): Check[] {
  if (requests.length === 0) return [];
  return [
    {
      name: 'requests that ended',
      state: 'warn',
      words: `${requests.length} run in Temporal although they have ended: ${namesOf(requests)}. Their next step ends them as recorded, and does nothing at the provider.`,
      remedy: '`videoid resume --all` ends them now.',
    },
  ];
}

function movedCheck(requests: readonly Revived[], place: { address: string; namespace: string }): Check[] {
  if (requests.length === 0) return [];
  return [
    {
      name: 'requests moved',
      state: 'fail',
      words: `${requests.length} run in this Temporal and were moved to another: ${namesOf(requests)}. Nothing more is done for them here.`,
      remedy: `End each here: ${commandsOf(requests, place)}`,
    },
  ];
}

function unknownCheck(requests: readonly Revived[], place: { address: string; namespace: string }): Check[] {
  if (requests.length === 0) return [];
  return [
    {
      name: 'requests not recorded',
      state: 'fail',
      words: `${requests.length} run in Temporal and are not in the archive: ${namesOf(requests)}. They cannot go on like this.`,
      remedy: `Repeat the order that started each, with the same data and documents. Then it goes on. If nobody has them any more, look at the request in the provider's console. Then end it: ${commandsOf(requests, place)}`,
    },
  ];
}

function deletedCheck(requests: readonly Revived[], place: { address: string; namespace: string }): Check[] {
  if (requests.length === 0) return [];
  return [
    {
      name: 'requests deleted',
      state: 'fail',
      words: `${requests.length} run in Temporal and were deleted from the archive: ${namesOf(requests)}. They cannot go on.`,
      remedy: `Temporal was restored from an older copy. End each: ${commandsOf(requests, place)}`,
    },
  ];
}

function lostCheck(requests: readonly Named[]): Check[] {
  if (requests.length === 0) return [];
  return [
    {
      name: 'requests lost',
      state: 'warn',
      words: `${requests.length} ended in Temporal and are not in the archive: ${namesOf(requests)}. What was stored for them is lost.`,
      remedy:
        'Put a newer copy of the archive in place. Or repeat the order that started each, which says how it ended. Then `videoid resume --all` records the end.',
    },
  ];
}

function namesOf(requests: readonly Named[]): string {
  const names = requests.map(({ reference, attempt }) =>
    attempt === 1 ? reference : `${reference} (attempt ${attempt})`,
  );
  return names.length > NAMED ? `${names.slice(0, NAMED).join(', ')}, …` : names.join(', ');
}

function commandsOf(requests: readonly Revived[], place: { address: string; namespace: string }): string {
  return requests
    .slice(0, NAMED)
    .map(({ workflowId }) => terminateCommand({ ...place, workflowId }))
    .join('; ');
}

function split<T>(all: readonly T[], first: (each: T) => boolean): [T[], T[]] {
  return [all.filter(first), all.filter((each) => !first(each))];
}
