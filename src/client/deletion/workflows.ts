import { type Client, type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import type { RequestRecord } from '../../archive/request-record.js';
import { defined } from '../../messages/defined.js';
import { cleanupIdOf, lateVideoIdOf } from '../../messages/request.js';
import { CALL_WITHIN, temporalFailure } from '../../temporal/calls.js';
import { retentionOf } from '../../temporal/namespace.js';
import type { RequestAccess } from '../running/access.js';

/** The workflows of an attempt that Temporal has. */
export interface Workflows {
  request?: WorkflowExecutionDescription;
  /** It deletes or cancels at the provider, after the end. */
  cleanup?: WorkflowExecutionDescription;
  /** They see whether the signer finishes a video after all. */
  watches: WorkflowExecutionDescription[];
}

/** Undefined if the attempt lives in another Temporal. @throws VideoIdError TEMPORAL_UNREACHABLE */
export async function workflowsOf(
  { archive, client, temporal }: RequestAccess,
  record: RequestRecord,
): Promise<Workflows | undefined> {
  const lives = await archive.readPlace(record);
  if (lives !== undefined && !(await temporal.is(lives))) return undefined;
  const request = await described(client, record.workflowId);
  const own = async (workflowId: string): Promise<WorkflowExecutionDescription | undefined> => {
    const found = await described(client, workflowId);
    // Requests of both flows with one reference share these ids.
    return found?.parentExecution?.workflowId === record.workflowId ? found : undefined;
  };
  const cleanup = await own(cleanupIdOf(record));
  const watches = [await own(lateVideoIdOf(record))];
  for (const requestPk of await archive.requestPks(record)) watches.push(await own(lateVideoIdOf(record, requestPk)));
  return { ...defined({ request, cleanup }), watches: watches.filter((each) => each !== undefined) };
}

export function isRunning(workflow: WorkflowExecutionDescription | undefined): boolean {
  return workflow?.status.name === 'RUNNING' || workflow?.status.name === 'PAUSED';
}

/** Ends what still runs after the end of an attempt: it would need the records. @throws VideoIdError TEMPORAL_UNREACHABLE */
export async function endRest({ client }: RequestAccess, { cleanup, watches }: Workflows): Promise<void> {
  for (const each of [cleanup, ...watches]) {
    if (each === undefined || !isRunning(each)) continue;
    try {
      await client.withDeadline(Date.now() + CALL_WITHIN, () =>
        client.workflow.getHandle(each.workflowId, each.runId).cancel(),
      );
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw temporalFailure(error);
    }
  }
}

/** When Temporal removes the last history of an attempt, ISO 8601. Undefined if it has none. @throws VideoIdError TEMPORAL_UNREACHABLE */
export async function removedAt(
  { client, config, clock }: RequestAccess,
  { request, cleanup, watches }: Workflows,
): Promise<string | undefined> {
  const closed = [request, cleanup, ...watches].flatMap((each) =>
    each === undefined ? [] : [each.closeTime?.getTime() ?? clock.now()],
  );
  if (closed.length === 0) return undefined;
  const retention = await client.withDeadline(Date.now() + CALL_WITHIN, () => retentionOf(client, config.temporal));
  return new Date(Math.max(...closed) + retention).toISOString();
}

async function described(client: Client, workflowId: string): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await client.withDeadline(Date.now() + CALL_WITHIN, () => client.workflow.getHandle(workflowId).describe());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw temporalFailure(error);
  }
}
