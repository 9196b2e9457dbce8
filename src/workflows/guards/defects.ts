import {
  CancellationScope,
  CancelledFailure,
  TemporalFailure,
  type WorkflowInterceptorsFactory,
} from '@temporalio/workflow';

/** Turns of the event loop after which everything that came with a task has reached its handler. */
const TURNS = 100;

/**
 * For who catches an error of our own code: waits until all that came with the same task is known. The task then fails with the error,
 * Temporal shows it and tries again, and a corrected worker carries on. Somebody who wishes the end must not wait for that.
 */
export async function allHandedOut(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await Promise.resolve();
}

/** The last resort: a workflow whose code throws, and goes on throwing while it ends, can be cancelled in Temporal all the same. */
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
