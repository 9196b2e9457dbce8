import type { SignatureActivities } from '../messages/activities.js';
import { LATE_VIDEO, type LateProgress, type LateWord } from '../messages/feed.js';
import { type RequestKey, type RequestPk, workflowIdOf } from '../messages/request.js';
import type { Dependencies } from './dependencies.js';

/** The video was finished after the end of its attempt. */
export function tellLateVideo(dependencies: Dependencies): SignatureActivities['tellLateVideo'] {
  return (key, order) => tellLate(dependencies, key, LATE_VIDEO, order);
}

/**
 * Tells the requester's systems by the feed, and whoever looks at the attempt by an event, that the signer went on after its
 * end. A later attempt that has taken the request up sees it itself.
 */
export async function tellLate(
  { archive }: Dependencies,
  key: RequestKey,
  what: LateWord,
  { requestPk, status, at }: LateProgress & { requestPk: RequestPk },
): Promise<void> {
  const { environment, flow, reference, attempt, registrationAuthority } = key;
  const workflowId = workflowIdOf(key);
  if ((await archive.readIndex(environment, requestPk))?.workflowId !== workflowId) return;
  if (await archive.hasMark(key, what)) return;
  await archive.appendEvent(key, { at, what, facts: { status } });
  const id = `${workflowId}/${what}`;
  await archive.notices.appendFeed({ id, what, flow, reference, attempt, registrationAuthority, status, at });
  await archive.mark(key, what);
}
