import { workflowInfo } from '@temporalio/workflow';

/**
 * Names an order for its marks in the archive. It is not random: after a reset, the repeated order finds its own mark. A request that
 * is started again has another first run, so its first order is not taken for one from before.
 */
export function orderId(number: number): string {
  return `${workflowInfo().firstExecutionRunId.slice(0, 8)}-${number}`;
}
