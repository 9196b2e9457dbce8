import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  defineQuery,
  defineUpdate,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import type { Outcome } from '../../src/messages/outcome.js';
import type { SignatureRequest } from '../../src/messages/request.js';
import type { CancelOrder, Resolution } from '../../src/messages/steering.js';
import type { Answers, OrderName, Orders } from '../../src/messages/verbs.js';

/** What it has got. For tests. */
export const seenQuery = defineQuery<{ resolved: string; signs: number }>('seen');

/** Like those of an earlier release, its answers do not say which event they are. */
function orderOf<Name extends OrderName>(name: Name) {
  return defineUpdate<Answers[Name], [Orders[Name]]>(name);
}

/**
 * Replaces the signature workflow, to show how the client handles its answers. `review` returns whose decision it
 * got. `code` is refused with facts. `sign` takes two seconds and does not accept the unlock value `wrong`. `cancel` ends the request.
 */
export async function signature(request: SignatureRequest): Promise<Outcome> {
  const { key } = request;
  let cancelled: CancelOrder | undefined;
  let resolved: Resolution | undefined;
  let signs = 0;
  setHandler(seenQuery, () => ({ resolved: resolved?.remedy ?? 'nothing', signs }));
  setHandler(orderOf('review'), (decision) => ({
    status: `${decision.officer}: ${JSON.stringify(decision.credentials)}`,
  }));
  setHandler(orderOf('code'), () => {
    throw ApplicationFailure.create({
      type: 'CODE_COOL_DOWN',
      message: 'A code was sent less than a minute ago.',
      nonRetryable: true,
      details: [{ facts: { secondsLeft: 42 } }],
    });
  });
  setHandler(orderOf('sign'), async ({ unlock }) => {
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
  setHandler(orderOf('resolve'), (resolution) => {
    resolved = resolution;
    return { stage: 'creating' };
  });
  setHandler(orderOf('cancel'), (order) => {
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
