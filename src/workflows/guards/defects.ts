import {
  CancellationScope,
  CancelledFailure,
  TemporalFailure,
  type WorkflowInterceptorsFactory,
} from '@temporalio/workflow';

/** After this many turns of the event loop everything that came with a task has reached its handler. */
const TURNS = 100;

/**
 * Waits until everything that came with the task has reached its handler; for whoever catches an error of our own code. Thrown
 * again, the error fails the task. Temporal shows it and retries, and a corrected worker carries on. Whoever wants to end the
 * request must not have to wait for that.
 */
export async function allHandedOut(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await Promise.resolve();
}

/** The last resort: a workflow whose code throws even while it ends can still be cancelled in Temporal. */
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
          await allHandedOut();
          throw cancelled ? new CancelledFailure('cancelled after an error in the code of the workflow') : error;
        }
      },
    },
  ],
});
