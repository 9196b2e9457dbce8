import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { executionInfoFromRaw } from '@temporalio/client/lib/helpers.js';
import { defined } from '../messages/defined.js';

/**
 * The workflows that a visibility query finds, without their memos. Ours have none. The client's own listing decodes memos, so one
 * unreadable memo of another workflow would hide all the others.
 *
 * @throws what Temporal's client throws
 */
export async function* listExecutions(
  client: Client,
  { query, pageSize = 1000 }: { query: string; pageSize?: number },
): AsyncGenerator<WorkflowExecutionInfo> {
  const { namespace, loadedDataConverter } = client.options;
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await client.workflowService.listWorkflowExecutions({
      namespace,
      query,
      pageSize,
      ...defined({ nextPageToken }),
    });
    for (const raw of page.executions) {
      raw.memo = null;
      yield await executionInfoFromRaw(raw, loadedDataConverter, raw, namespace);
    }
    nextPageToken = page.nextPageToken.length > 0 ? page.nextPageToken : undefined;
  } while (nextPageToken !== undefined);
}
