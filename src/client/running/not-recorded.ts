import { setTimeout as pause } from 'node:timers/promises';
import type { Client, WorkflowExecutionStatusName } from '@temporalio/client';
import type { Config } from '../../config/schema.js';
import { VideoIdError } from '../../messages/failures.js';
import { type Flow, workflowIdOf } from '../../messages/request.js';
import { terminateCommand } from '../../messages/temporal-place.js';

/** Milliseconds. Temporal is only asked for a better answer. */
const ASKED_WITHIN = 2000;

/**
 * The failure for a reference that the archive does not have. If Temporal runs it, an older copy of the archive was restored.
 *
 * @param error what the search in the archive threw
 */
export async function unlessInTemporal(
  { client, config }: { client: Client; config: Config },
  { reference, flow, attempt = 1 }: { reference: string; flow?: Flow | undefined; attempt?: number | undefined },
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof VideoIdError) || error.code !== 'REQUEST_NOT_FOUND') return error;
  const { address, namespace } = config.temporal;
  const until = Date.now() + ASKED_WITHIN;
  for (const each of flow === undefined ? (['signature', 'enrolment'] as const) : [flow]) {
    const workflowId = workflowIdOf({ flow: each, reference, attempt });
    // If Temporal does not answer soon, the archive's answer stands.
    const found = await Promise.race([
      client.withDeadline(until, () => client.workflow.getHandle(workflowId).describe()).catch(() => undefined),
      pause(Math.max(until - Date.now(), 0), undefined, { ref: false }),
    ]);
    if (found === undefined) continue;
    const { words, remedy } = lacking(found.status.name, { address, namespace, workflowId });
    const facts = { workflowId, status: found.status.name };
    return new VideoIdError('REQUEST_NOT_FOUND', words, { field: 'reference', remedy, facts });
  }
  return error;
}

/** What Temporal says about a request that the archive lacks, and what to do. */
function lacking(
  status: WorkflowExecutionStatusName,
  workflow: Parameters<typeof terminateCommand>[0],
): { words: string; remedy: string } {
  const because = 'The archive does not have it: an older copy was restored.';
  switch (status) {
    case 'RUNNING':
    case 'PAUSED':
      return {
        words: `Temporal runs this request. ${because} It cannot go on like this.`,
        remedy: `Repeat the order that started it, with the same data and documents. Then it goes on. If nobody has them any more, look at the request in the provider's console. Then end it: ${terminateCommand(workflow)}`,
      };
    case 'COMPLETED':
      return {
        words: `The request ended in Temporal. ${because}`,
        remedy:
          'What was stored for it is lost, unless a newer copy of the archive has it. Temporal still knows how it ended.',
      };
    default:
      return {
        words: `Somebody terminated this request in Temporal. ${because}`,
        remedy:
          "Cancel it in the provider's console. Or repeat the order that started it, then `videoid resume`: an operator says which request it is there.",
      };
  }
}
