import { allHandlersFinished, ApplicationFailure, condition, setHandler, sleep } from '@temporalio/workflow';
import type { Outcome } from '../../src/messages/outcome.js';
import { type SignatureRequest, workflowIdOf } from '../../src/messages/request.js';
import type { RequestStatus } from '../../src/messages/status.js';
import { ASKED_AHEAD, type CancelOrder, type Resolution } from '../../src/messages/steering.js';
import { statusQuery, updateOf } from '../../src/workflows/engine/messages.js';

/**
 * Replaces the signature workflow, to show how the client handles its answers. `review` returns whose decision it
 * got. `code` is refused with facts. `sign` takes two seconds and does not accept the unlock value `wrong`. `cancel` ends the request.
 */
export async function signature(request: SignatureRequest): Promise<Outcome> {
  const { key } = request;
  let cancelled: CancelOrder | undefined;
  let resolved: Resolution | undefined;
  let signs = 0;
  setHandler(statusQuery, (): RequestStatus => {
    if (key.reference.startsWith('ahead-')) throw new Error(ASKED_AHEAD);
    if (key.reference.startsWith('unanswerable-')) throw new Error('The history cannot be replayed.');
    return {
      reference: key.reference,
      attempt: key.attempt,
      workflowId: workflowIdOf(key),
      flow: key.flow,
      registrationAuthority: key.registrationAuthority,
      reviewMode: request.reviewMode,
      stage: 'creating',
      words: `resolved with ${resolved?.remedy ?? 'nothing'}`,
      since: '2026-01-01T00:00:00.000Z',
      endsBy: [],
      verbs: [],
      provider: {},
      code: { notAccepted: signs },
      toAccept: { documents: request.documents.map(({ sha256 }) => sha256), contract: 'a'.repeat(64) },
      events: [],
    };
  });
  setHandler(updateOf('review'), (decision) => ({
    status: `${decision.officer}: ${JSON.stringify(decision.credentials)}`,
  }));
  setHandler(updateOf('code'), () => {
    throw ApplicationFailure.create({
      type: 'CODE_COOL_DOWN',
      message: 'A code was sent less than a minute ago.',
      nonRetryable: true,
      details: [{ facts: { secondsLeft: 42 } }],
    });
  });
  setHandler(updateOf('sign'), async ({ unlock }) => {
    signs += 1;
    if (unlock?.type === 'wrong') {
      throw ApplicationFailure.create({
        type: 'CODE_NOT_ACCEPTED',
        message: 'The code was not accepted.',
        nonRetryable: true,
      });
    }
    await sleep(2000);
    return { signed: true } as const;
  });
  setHandler(updateOf('resolve'), (resolution) => {
    resolved = resolution;
    return { stage: 'creating' };
  });
  setHandler(updateOf('cancel'), (order) => {
    cancelled = order;
    return { outcome: 'cancelled' };
  });
  await condition(() => cancelled !== undefined);
  await condition(allHandlersFinished);
  return {
    outcome: 'cancelled',
    reference: key.reference,
    attempt: key.attempt,
    reason: 'cancelled-by-operator',
    actor: { kind: 'operator' },
    at: '2026-01-01T00:00:00.000Z',
    cleanup: 'none',
    documents: [],
    durations: {},
  };
}
