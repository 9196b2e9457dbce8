import type { SignatureActivities } from '../messages/activities.js';
import { workflowIdOf } from '../messages/request.js';
import type { Dependencies } from './dependencies.js';

/** Puts a reminder into the feed of the requester's systems. Repeated after a crash it may come twice, with the same id. */
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
