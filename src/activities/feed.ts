import type { SignatureActivities } from '../messages/activities.js';
import { EARLIER_VIDEO, LATE_VIDEO, type LateProgress, type LateWord } from '../messages/feed.js';
import { type RequestKey, type RequestPk, workflowIdOf } from '../messages/request.js';
import type { Dependencies } from './engine/dependencies.js';

/** Adds a reminder to the feed. After a crash it may be added twice, with the same id. */
export function remind({ archive }: Dependencies): SignatureActivities['remind'] {
  return async (key, reminder) => {
    const { flow, reference, attempt, registrationAuthority } = key;
    const mark = `reminder-${reminder.at.replaceAll(':', '')}`;
    if (await archive.hasMark(key, mark)) return;
    await archive.notices.appendFeed({
      ...reminder,
      id: `${workflowIdOf(key)}/${reminder.at}`,
      what: 'deadline-near',
      flow,
      reference,
      attempt,
      registrationAuthority,
    });
    await archive.mark(key, mark);
  };
}

/** The video was finished after the end of its attempt, or after another one had replaced it. */
export function noteLateVideo(dependencies: Dependencies): SignatureActivities['noteLateVideo'] {
  return (key, { replaced, ...order }) =>
    noteLateProgress(dependencies, key, replaced ? EARLIER_VIDEO : LATE_VIDEO, order);
}

/**
 * Adds to the feed and to the events of an attempt that the signer went on after its end. A later attempt that took over the
 * request sees it by itself.
 */
export async function noteLateProgress(
  { archive }: Dependencies,
  key: RequestKey,
  what: LateWord,
  { requestPk, status, at }: LateProgress & { requestPk: RequestPk },
): Promise<void> {
  const { environment, flow, reference, attempt, registrationAuthority } = key;
  const workflowId = workflowIdOf(key);
  if ((await archive.readIndex(environment, requestPk))?.workflowId !== workflowId) return;
  const mark = `${what}-${requestPk}`;
  if (await archive.hasMark(key, mark)) return;
  await archive.appendEvent(key, { at, what, facts: { status, requestPk } });
  const id = `${workflowId}/${what}/${requestPk}`;
  await archive.notices.appendFeed({ id, what, flow, reference, attempt, registrationAuthority, status, at });
  await archive.mark(key, mark);
}
