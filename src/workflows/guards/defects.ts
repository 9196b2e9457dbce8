import {
  CancellationScope,
  CancelledFailure,
  TemporalFailure,
  type WorkflowInterceptorsFactory,
} from '@temporalio/workflow';

/** After this many rounds of the event loop, everything that came with a task has reached its handler. */
const TURNS = 100;

/**
 * Waits until everything that came with the task has reached its handler. Call it after catching an error of our own code. If the
 * error is thrown again, the task fails, Temporal retries it, and a corrected worker goes on. An order to end the request must
 * work without waiting for that.
 */
export async function allMessagesHandled(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await Promise.resolve();
}

/** The last way out: a workflow whose code throws even while it ends can still be cancelled in Temporal. */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  inbound: [
    {
      async execute(input, next) {
        let cancelled = false;
        CancellationScope.current().cancelRequested.catch(() => (cancelled = true));
        try {
          return await next(input);
        } catch (error) {
          if (error instanceof TemporalFailure) throw error;
          await allMessagesHandled();
          throw cancelled ? new CancelledFailure('cancelled after an error in the code of the workflow') : error;
        }
      },
    },
  ],
});
