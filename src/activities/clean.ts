import type { SignatureActivities } from '../messages/activities.js';
import type { Outcome } from '../messages/outcome.js';
import type { RequestKey } from '../messages/request.js';
import type { RequestEvent } from '../messages/status.js';
import type { Dependencies } from './dependencies.js';
import { writeEvidence } from './evidence.js';
import { UPLOADED_AGAIN } from './upload.js';

/** Seed step 8, `DELETE document/{request_pk}/{uid}`, then the record of the end: the last activity of a request. */
export function clean(dependencies: Dependencies): SignatureActivities['clean'] {
  const { archive, optimizer } = dependencies;
  return async (key, { requestPk, uids, outcome, events }) => {
    const provider = optimizer(key.environment);
    for (const uid of uids) await provider.deleteDocument(requestPk, uid);
    const more = uids.length === 0 || (await archive.hasMark(key, UPLOADED_AGAIN));
    if (more) await provider.deleteDocuments(requestPk); // an upload that did not come to its end, or one too many
    if (outcome) return recordEnd(dependencies, key, outcome, events);
    const recorded = await archive.readOutcome(key);
    if (recorded) await archive.recordOutcome(key, { ...recorded, cleanup: 'done' });
  };
}

/** Records the end of a request that has nothing at the Optimizer, or whose cleanup goes on by itself. */
export function record(dependencies: Dependencies): SignatureActivities['record'] {
  return (key, { outcome, events }) => recordEnd(dependencies, key, outcome, events);
}

async function recordEnd(
  dependencies: Dependencies,
  key: RequestKey,
  outcome: Outcome,
  events: RequestEvent[],
): Promise<void> {
  await writeEvidence(dependencies, key, { events, outcome });
  await dependencies.archive.recordOutcome(key, outcome);
}
