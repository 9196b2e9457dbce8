import type { SignatureActivities } from '../messages/activities.js';
import { EARLIER_VIDEO, LATE_VIDEO, type LateProgress, type LateWord } from '../messages/feed.js';
import { type RequestKey, type RequestPk, workflowIdOf } from '../messages/request.js';
import type { Dependencies } from './engine/dependencies.js';

/** The video was finished after the end of its attempt, or after another one had replaced it. */
export function noteLateVideo(dependencies: Dependencies): SignatureActivities['noteLateVideo'] {
  return (key, { replaced, ...order }) =>
    noteLateProgress(dependencies, key, replaced ? EARLIER_VIDEO : LATE_VIDEO, order);
}

/**
 * Notes once in journal and feed that the signer went on after the end of an attempt. A later attempt that took over the request sees it
 * by itself.
 */
export async function noteLateProgress(
  { archive }: Dependencies,
  key: RequestKey,
  what: LateWord,
  { requestPk, status, at }: LateProgress & { requestPk: RequestPk },
): Promise<void> {
  if ((await archive.readIndex(key.environment, requestPk))?.workflowId !== workflowIdOf(key)) return;
  await archive.appendEvent(key, { at, what, facts: { status, requestPk } }, `${what}-${requestPk}`);
}
