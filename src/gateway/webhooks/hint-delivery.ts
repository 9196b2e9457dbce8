import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { IndexEntry } from '../../archive/archive.js';
import type { Logger } from '../../logging/logger.js';
import { lateVideoIdOf } from '../../messages/request.js';
import { HINT_SIGNAL } from '../../messages/steering.js';

/**
 * Signals to a request that something may have changed. If the request has ended, signals to the workflow that watches the
 * provider after its end, if there is one. Settles when the signal is recorded, or has failed.
 */
export type DeliverHint = (entry: IndexEntry) => Promise<'delivered' | 'after-end' | 'closed' | 'temporal-unreachable'>;

/** Milliseconds for one signal, with all retries of the connection. Senders of callbacks do not wait long. */
const SIGNAL_WITHIN = 3000;

/** @param client needs no codec key, because the signal has no argument */
export function createHintDelivery(client: Client, logger: Logger): DeliverHint {
  return async (entry) => {
    try {
      return await client.connection.withDeadline(Date.now() + SIGNAL_WITHIN, async () => {
        if (await signalled(client, entry.workflowId)) return 'delivered';
        return (await signalled(client, lateVideoIdOf(entry))) ? 'after-end' : 'closed';
      });
    } catch (error) {
      logger.warn({ workflowId: entry.workflowId, error }, 'a hint could not be delivered');
      return 'temporal-unreachable';
    }
  };
}

/** False if there is no such workflow, or if it has ended. */
async function signalled(client: Client, workflowId: string): Promise<boolean> {
  try {
    await client.workflow.getHandle(workflowId).signal(HINT_SIGNAL);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
