import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';

/** Starts a child that outlives the request. After a reset of the request it may run already, and is left alone. */
export async function unlessItRuns(started: Promise<unknown>): Promise<void> {
  try {
    await started;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
