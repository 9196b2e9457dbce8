import type { ProviderRead } from '../messages/activities.js';
import { told } from './inbox.js';
import type { RequestRun } from './request-run.js';

/** Somebody corrected the signer's data: before the video how to reach the signer, after it who the signer is. */
export async function corrected(run: RequestRun): Promise<void> {
  const asked = run.inbox.take('correct');
  if (!asked) return;
  const { number, reason, fields, actor } = asked.question;
  const { state, request, requestPk } = run;
  const tooLate = run.misplaced(fields);
  if (tooLate) return asked.fail(tooLate);
  const read = await run.steps.run<ProviderRead>(
    'correct',
    (activities) => activities.correct(request.key, { requestPk, number }),
    {
      summary: "correct the signer's data at the provider",
      asked,
      answers: ({ temporary, code, words, facts }) => {
        if (temporary) return undefined;
        asked.fail(told(code, words, facts));
        return { status: state.providerStatus ?? '' };
      },
    },
  );
  if (asked.settled) return undefined;
  state.happened('corrected', { number, reason, ...(fields === undefined ? {} : { fields: fields.join(' ') }) }, actor);
  state.identified(read);
  asked.answer({ status: read.status });
  return undefined;
}
