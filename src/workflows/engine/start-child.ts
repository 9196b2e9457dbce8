import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';

/** Starts what outlives the request. Where the request was reset it may run already, and is left to itself. */
export async function unlessItRuns(started: Promise<unknown>): Promise<void> {
  try {
    await started;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
