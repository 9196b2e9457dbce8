import type { RequestView } from '../../sandbox/client/sandbox-client.js';
import { videoIn } from '../../src/messages/request-fields.js';
import type { Outcome } from '../../src/messages/outcome.js';
import type { RequestEvent } from '../../src/messages/status.js';

/** What the provider shows about a request: what happened to it, and which calls of ours had an effect. */
export type MadeAtProvider = Pick<RequestView, 'history' | 'done'>;

/** Milliseconds. A video that was finished this much earlier was there to be read, also where reads are behind. */
const THERE_TO_BE_READ = 5000;

/**
 * Whether the record names somebody for what others did at the provider, or the provider for what we did.
 *
 * @param mine the request at the provider with which it ended
 */
export function checkActors(
  events: readonly RequestEvent[],
  { outcome, reason, actor, leftOpen, cleanup }: Pick<Outcome, 'outcome' | 'reason' | 'actor' | 'leftOpen' | 'cleanup'>,
  mine: MadeAtProvider | undefined,
): string[] {
  if (mine === undefined) return [];
  const wrong: string[] = [];
  const did = (...calls: string[]): boolean => calls.some((call) => (mine.done[call] ?? 0) > 0);
  const byOfficer = (what: string): boolean =>
    events.some((event) => event.what === what && event.facts?.['evidenceSeen'] && event.facts['answer'] !== 'lost');
  if (byOfficer('approved') && !did('approve', 'ra-approve'))
    wrong.push('approved by an officer, but no call of ours approved');
  if (byOfficer('refused') && !did('refuse', 'ra-refuse-videoid', 'ra-cancel'))
    wrong.push('refused by an officer, but no call of ours refused');
  if (events.some(({ what }) => what === 'approved-at-provider') && did('approve', 'ra-approve'))
    wrong.push('approved at the provider, but a call of ours approved');
  if (outcome === 'refused' && actor.kind === 'provider' && did('refuse', 'ra-refuse-videoid'))
    wrong.push('refused at the provider, but a call of ours refused');
  if (reason === 'video-deadline' && did('cancel-request') && wasPerhapsFinished(mine))
    wrong.push('a deadline threw away a video that may be finished');
  const endedHere = ['cancelled', 'abandoned', 'expired'].includes(outcome) && actor.kind !== 'provider';
  const closedThere = leftOpen !== true && cleanup !== 'pending' && mine.history.at(-1)?.status === 'CANCELLED';
  if (endedHere && closedThere && !did('cancel-request', 'ra-cancel'))
    wrong.push(`${outcome} by ${actor.kind}, but it was cancelled at the provider`);
  return wrong;
}

/** Whether the provider said so long enough before it was cancelled. */
function wasPerhapsFinished({ history }: MadeAtProvider): boolean {
  const [before, end] = history.slice(-2);
  if (before === undefined || end === undefined || videoIn(before.status) === 'unfinished') return false;
  return Date.parse(end.at) - Date.parse(before.at) > THERE_TO_BE_READ;
}

/** Whether another video was made although the one before was finished long enough. @param made in any order */
export function checkVideos(made: readonly MadeAtProvider[]): string[] {
  const begun = ({ history }: MadeAtProvider): number => Date.parse(history[0]?.at ?? '');
  const inOrder = made.toSorted((one, other) => begun(one) - begun(other));
  return inOrder.flatMap((each, place) => {
    const finished = each.history.find(({ cause }) => cause === 'video-finished');
    const next = inOrder[place + 1];
    if (finished === undefined || next === undefined) return [];
    return begun(next) - Date.parse(finished.at) > THERE_TO_BE_READ
      ? ['another video was made after the one before was finished']
      : [];
  });
}
