import { CancellationScope, condition, setHandler } from '@temporalio/workflow';
import { defined } from '../messages/defined.js';
import type { OutcomeKind } from '../messages/outcome.js';
import type { Discarding } from '../messages/steering.js';
import { notCorrectable } from './correcting.js';
import { VideoLook } from './discarding.js';
import { callFailure, requestEnded } from './engine/call-failure.js';
import { Ending } from './engine/endings.js';
import { hintSignal, statusQuery, updateOf } from './engine/messages.js';
import type { RequestRun } from './engine/request-run.js';
import { statusOf } from './engine/status.js';
import { IdentityLooks } from './identity-looks.js';

/** The messages that requests of both flows take. Handlers record orders. The story acts, except for a look at the signer's data. */
export function setCommonHandlers(run: RequestRun, videos: { hint(): void }): void {
  const { request, state, deadline, endOrder } = run;
  const video = new VideoLook(run);
  const looks = new IdentityLooks(request.key, request.policy, run);
  /** Nobody throws a finished video away without knowing. @throws what `assertUnfinished` throws, and `allow` if it is too late now */
  const mayEnd = async (verb: 'cancel' | 'abandon', order: Discarding): Promise<void> => {
    await video.assertUnfinished(order);
    if (state.outcome) throw requestEnded(state.outcome.kind);
    run.allow(verb);
  };
  setHandler(statusQuery, () => statusOf(state, deadline.when));
  setHandler(hintSignal, () => {
    run.watch.hint();
    videos.hint();
  });
  run.takes(
    'resolve',
    ({ remedy, ids }) => {
      run.allow('resolve');
      if (ids !== undefined && ids.videoidPk === undefined && request.key.flow === 'signature')
        throw callFailure('BAD_INPUT', 'A signature request is adopted by both of its ids.');
      const remedies = state.attention?.remedies ?? [];
      if (!remedies.includes(remedy))
        throw callFailure('UNKNOWN_REMEDY', `Here an operator can: ${remedies.join(', ')}.`);
    },
    async ({ remedy, ...order }) => {
      if (remedy === 'cancel') await video.assertUnfinished(order);
    },
  );
  run.takes('correct', ({ fields }) => {
    run.allow('correct');
    const problem = notCorrectable(run, fields);
    if (problem !== undefined) throw problem;
  });
  setHandler(updateOf('identity'), (order) => run.answering(() => looks.show(run.requestPk, order)), {
    validator: (order) => {
      run.allow('identity');
      looks.allow(order);
    },
  });
  setHandler(
    updateOf('cancel'),
    (order) =>
      run.answering(async () => {
        await mayEnd('cancel', order);
        endOrder.cancel(order);
        state.happened('end-ordered', { outcome: 'cancelled' }, order.actor);
        run.journal.tell();
        return endOf(run);
      }),
    { validator: (_order) => run.allow('cancel') },
  );
  setHandler(
    updateOf('abandon'),
    ({ reason, actor, note, ...order }) =>
      run.answering(async () => {
        await mayEnd('abandon', order);
        endOrder.give(new Ending('abandoned', reason, actor, defined({ note }), order.discardVideo));
        state.happened('end-ordered', { outcome: 'abandoned', reason }, actor);
        run.journal.tell();
        return endOf(run);
      }),
    { validator: (_order) => run.allow('abandon') },
  );
  setHandler(
    updateOf('extend'),
    ({ by, actor, reason }) =>
      run.answering(() => {
        deadline.extend(by);
        state.happened('deadline-extended', { by, reason }, actor);
        state.show();
        run.journal.tell();
        return { deadline: deadline.when ?? '' };
      }),
    {
      validator: ({ by }) => {
        run.allow('extend');
        if (!deadline.mayExtend(by)) throw callFailure('BAD_INPUT', 'by: no deadline is further away than a year.');
      },
    },
  );
}

/** The answer to an order that ends the request: how it really ended. */
function endOf({ state }: RequestRun): Promise<{ outcome: OutcomeKind }> {
  return CancellationScope.nonCancellable(async () => {
    await condition(() => state.outcome !== undefined);
    return { outcome: state.outcome?.kind ?? 'cancelled' };
  });
}
