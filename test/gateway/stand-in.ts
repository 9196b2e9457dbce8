import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  defineSignal,
  defineUpdate,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import type { Outcome } from '../../src/messages/outcome.js';
import type { SignatureRequest } from '../../src/messages/request.js';
import type { Acceptance, CancelOrder, CodeSent, SignAnswer, SignOrder } from '../../src/messages/steering.js';

/** Replaces the signature workflow: it understands the same messages, does nothing, and ends with `cancel`. */
export async function signature({ key }: SignatureRequest): Promise<Outcome> {
  let cancelled: CancelOrder | undefined;
  setHandler(defineSignal('hint'), () => {});
  setHandler(defineUpdate<{ status: string }, [object]>('review'), () => {
    throw ApplicationFailure.create({
      message: 'There is nothing to review yet.',
      type: 'NOT_NOW',
      nonRetryable: true,
      details: [{ facts: { stage: 'video' } }],
    });
  });
  setHandler(defineUpdate<CodeSent, [Acceptance]>('code'), (acceptance): CodeSent => ({
    sentAt: acceptance.at,
    resendFrom: acceptance.at,
  }));
  setHandler(defineUpdate<SignAnswer, [SignOrder]>('sign'), async (): Promise<SignAnswer> => {
    await sleep(1500);
    return { signed: true };
  });
  setHandler(defineUpdate<{ outcome: string }, [CancelOrder]>('cancel'), (order) => {
    cancelled = order;
    return { outcome: 'cancelled' };
  });
  await condition(() => cancelled !== undefined);
  await condition(allHandlersFinished);
  return {
    outcome: 'cancelled',
    reference: key.reference,
    attempt: key.attempt,
    reason: cancelled?.reason ?? '',
    actor: cancelled?.actor ?? { kind: 'policy' },
    at: '2026-01-01T00:00:00.000Z',
    cleanup: 'none',
    documents: [],
    durations: {},
  };
}
