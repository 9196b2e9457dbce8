import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';

/** Starts a child that goes on after the request's end. After a reset the child may run already; then it just goes on. */
export async function unlessItRuns(started: Promise<unknown>): Promise<void> {
  try {
    await started;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
