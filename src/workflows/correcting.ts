import type { ApplicationFailure } from '@temporalio/workflow';
import { callFailure, callFailureOf } from './engine/call-failure.js';
import type { RequestRun } from './engine/request-run.js';

/** Carries out a correction of the signer's data: e-mail and phone before the video, the identity after it. */
export async function corrected(run: RequestRun): Promise<void> {
  const call = run.inbox.take('correct');
  if (!call) return;
  const { number, reason, fields, actor } = call.order;
  const { state, request, requestPk } = run;
  const tooLate = notCorrectable(run, fields);
  if (tooLate) return call.fail(tooLate);
  const correction = await run.steps.run(
    'correct',
    (activities, journal) => activities.correct(request.key, { requestPk, number }, journal),
    {
      summary: "correct the signer's data at the provider",
      caller: call,
      failsOn: ({ temporary }) => !temporary,
    },
  );
  switch (correction.end) {
    case 'failed':
      return call.fail(callFailureOf(correction.failure));
    case 'done':
      if (call.settled) return;
      state.happened('corrected', { number, reason, ...(fields && { fields: fields.join(' ') }) }, actor);
      state.see(correction.value, 'poll');
      call.answer({ status: correction.value.status });
  }
}

/** The failure for a correction that this stage does not allow. Undefined if it is allowed. */
export function notCorrectable({ state }: RequestRun, fields: string[] | undefined): ApplicationFailure | undefined {
  const afterVideo = state.stage === 'review';
  if (afterVideo === (fields !== undefined)) return undefined;
  const which = afterVideo ? 'what identifies the signer' : "the signer's e-mail address and phone";
  return callFailure('NOT_NOW', `In this stage only ${which} can be corrected.`, { stage: state.stage });
}
