import type { ListOptions, VideoIdClient } from '../client.js';
import { VideoIdError } from '../messages/failures.js';
import { moment } from '../messages/moments.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { columns } from './layout.js';
import { recordedLines } from './resume.js';
import { progressOf, type Screen } from './screen.js';

/** `videoid list --recorded` */
export async function listRecorded(
  client: VideoIdClient,
  screen: Screen,
  { flow, limit, ...others }: ListOptions,
): Promise<ExitCode> {
  refuseFilters(others, '--recorded', '--flow and --limit');
  const { words, onProgress } = progressOf('Comparing the archive with Temporal');
  const recorded = await screen.during(words, client.recorded({ flow, limit, onProgress }));
  const { requests, looked, complete } = recorded;
  screen.answer(recorded, [
    ...(requests.length === 0 ? [`Every request that has not ended runs in Temporal.`] : recordedLines(requests)),
    ...(complete ? [] : ['', `There may be more: the search stopped after ${looked} references. See --limit.`]),
  ]);
  // Whoever is in the wrong Temporal should use other settings. `doctor` says so.
  const here = requests.some(({ state }) => state !== 'elsewhere');
  if (requests.length > 0) screen.next(here ? 'videoid resume --all' : 'videoid doctor');
  return EXIT.done;
}

/** `videoid list --deleted` */
export async function listDeleted(
  client: VideoIdClient,
  screen: Screen,
  { flow, after, limit, ...others }: ListOptions,
): Promise<ExitCode> {
  refuseFilters(others, '--deleted', '--flow, --after and --limit');
  const page = await screen.during('Reading the archive', client.deletions({ flow, after, limit }));
  const { deletions, next } = page;
  const rows = deletions.map(({ reference, attempt, deletedAt, by = '', ...more }) => {
    return [reference, String(attempt), more.flow, more.registrationAuthority, moment(deletedAt), by];
  });
  screen.answer(
    page,
    rows.length === 0
      ? ['Nothing was deleted from this archive.']
      : columns([['REFERENCE', 'ATTEMPT', 'FLOW', 'REGISTRATION AUTHORITY', 'DELETED', 'BY'], ...rows]),
  );
  if (next !== undefined) screen.next(`the same with --after ${next}`);
  else if (rows.length > 0)
    screen.next('videoid why REFERENCE --attempt NUMBER    why it was deleted, and what is left');
  return EXIT.done;
}

/** @throws VideoIdError BAD_INPUT */
function refuseFilters(filters: object, flag: string, allowed: string): void {
  if (Object.values(filters).every((value) => value === undefined)) return;
  throw new VideoIdError('BAD_INPUT', `${flag} takes no filters.`, {
    field: flag,
    remedy: `Leave out all but ${allowed}.`,
  });
}
