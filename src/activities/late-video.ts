import type { SignatureActivities } from '../messages/activities.js';
import { LATE_VIDEO } from '../messages/feed.js';
import { workflowIdOf } from '../messages/request.js';
import type { Dependencies } from './dependencies.js';

/**
 * Tells the requester's systems by the feed, and whoever looks at the attempt by an event, that its video was finished
 * after its end. A later attempt that has taken the request up sees it itself.
 */
export function tellLateVideo({ archive }: Dependencies): SignatureActivities['tellLateVideo'] {
  return async (key, { requestPk, status, at }) => {
    const { environment, flow, reference, attempt, registrationAuthority } = key;
    const workflowId = workflowIdOf(key);
    if ((await archive.readIndex(environment, requestPk))?.workflowId !== workflowId) return;
    if (await archive.hasMark(key, LATE_VIDEO)) return;
    await archive.appendEvent(key, { at, what: LATE_VIDEO, facts: { status } });
    const id = `${workflowId}/${LATE_VIDEO}`;
    await archive.notices.appendFeed({
      id,
      what: LATE_VIDEO,
      flow,
      reference,
      attempt,
      registrationAuthority,
      status,
      at,
    });
    await archive.mark(key, LATE_VIDEO);
  };
}
