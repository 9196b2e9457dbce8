import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { IndexEntry } from '../../archive/archive.js';
import type { Logger } from '../../logging/logger.js';
import { aftermathIdOf } from '../../messages/request.js';
import { HINT_SIGNAL } from '../../messages/steering.js';

/**
 * Signals a request that something may have changed; one that has ended, what watches the provider after its end, if
 * anything does. Settles when the signal is recorded, or cannot be.
 */
export type DeliverHint = (entry: IndexEntry) => Promise<'delivered' | 'closed' | 'temporal-unreachable'>;

/** Milliseconds a signal may take, with the connection's own retries: senders of callbacks do not wait long. */
const SIGNAL_WITHIN = 3000;

/** @param client needs no codec key: the signal has no argument */
export function createHintDelivery(client: Client, logger: Logger): DeliverHint {
  return async (entry) => {
    try {
      return await client.connection.withDeadline(Date.now() + SIGNAL_WITHIN, async () =>
        (await signalled(client, entry.workflowId)) || (await signalled(client, aftermathIdOf(entry)))
          ? 'delivered'
          : 'closed',
      );
    } catch (error) {
      logger.warn({ workflowId: entry.workflowId, error }, 'a hint could not be delivered');
      return 'temporal-unreachable';
    }
  };
}

/** False when there is no such workflow, or it has ended. */
async function signalled(client: Client, workflowId: string): Promise<boolean> {
  try {
    await client.workflow.getHandle(workflowId).signal(HINT_SIGNAL);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
