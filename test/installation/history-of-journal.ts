import { journalProblems } from '../../local/soak/check-journal.js';
import { openArchive } from '../../src/archive/open-archive.js';
import { attemptOfWorkflow } from '../../src/messages/request.js';
import type { RequestStatus } from '../../src/messages/status.js';
import { STATUS_QUERY } from '../../src/messages/steering.js';
import type { Installation } from './installation.js';
import { Temporal } from './temporal.js';

/** How the journals of requests that have ended differ from what replays of their histories say. */
export async function differencesFromHistories(at: Installation, workflowIds: readonly string[]): Promise<string[]> {
  const temporal = await Temporal.connect(at);
  const archive = await openArchive(at.config.archive);
  try {
    const wrong: string[] = [];
    for (const workflowId of workflowIds) {
      const key = attemptOfWorkflow(workflowId);
      if (key === undefined) throw new Error(`${workflowId} is not a request`);
      const { events } = await temporal.workflow(workflowId).query<RequestStatus>(STATUS_QUERY);
      const problems = journalProblems(await archive.journal(key), events);
      wrong.push(...problems.map((words) => `${workflowId}: ${words}`));
    }
    return wrong;
  } finally {
    await archive.close();
    await temporal.close();
  }
}
