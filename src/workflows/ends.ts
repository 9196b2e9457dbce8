import { allHandlersFinished, CancellationScope, condition, ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { KeptVideo, Leftovers, Withdrawn } from '../messages/activities.js';
import { defined } from '../messages/defined.js';
import type { Actor, Outcome, OutcomeKind } from '../messages/outcome.js';
import type { OwnCall } from '../messages/own-calls.js';
import { videoIn } from '../messages/request-fields.js';
import { cleanupIdOf, type ProviderStatus, type RequestPk } from '../messages/request.js';
import { cleanup, CLEANUP_WORDS } from './cleanup.js';
import { requestEnded } from './engine/call-failure.js';
import { Ending, endedAtProvider, RecordedEnd } from './engine/endings.js';
import type { RequestRun } from './engine/request-run.js';
import { unlessItRuns } from './engine/start-child.js';
import { allMessagesHandled } from './guards/defects.js';

/**
 * Runs a story to its end. If it ends early, `ended` makes the outcome. A cancel in Temporal is treated like the order `cancel`.
 * Temporal cancels no step: an order to end the request takes effect only where the story checks for it.
 */
export function runToTheEnd(
  run: RequestRun,
  story: () => Promise<Outcome>,
  ended: (ending: Ending) => Promise<Outcome>,
): Promise<Outcome> {
  CancellationScope.current().cancelRequested.catch(() =>
    run.endOrder.cancel({ actor: { kind: 'operator' }, reason: 'cancelled in Temporal' }),
  );
  return CancellationScope.nonCancellable(async () => {
    const outcome = await story()
      .catch(async (thrown: unknown) => {
        if (thrown instanceof Ending) return ended(thrown);
        if (thrown instanceof RecordedEnd) throw thrown; // oxlint-disable-line typescript/only-throw-error -- not an error
        await allMessagesHandled();
        if (!run.endOrder.ending) throw thrown;
        run.state.happened('defect');
        return ended(run.endOrder.ending);
      })
      .catch((thrown: unknown) => {
        if (thrown instanceof RecordedEnd) return thrown.outcome;
        throw thrown;
      });
    const { state, inbox } = run;
    run.enter('ended');
    state.outcome = { kind: outcome.outcome, reason: outcome.reason };
    state.show();
    inbox.close(requestEnded(outcome.outcome));
    await condition(allHandlersFinished);
    return outcome;
  });
}

/** An outcome at this moment, with nothing to delete at the Optimizer. */
export function outcomeOf(
  run: RequestRun,
  kind: OutcomeKind,
  reason: string,
  actor: Actor,
  words: Ending['words'] = {},
): Outcome {
  const { reference, attempt } = run.request.key;
  return {
    outcome: kind,
    reference,
    attempt,
    reason,
    ...words,
    actor,
    at: new Date().toISOString(),
    cleanup: 'none',
    documents: [],
    durations: run.state.durations(),
  };
}

/** Notes the decided end. Only deleting and recording follow, and no order is taken any more. */
export function closing(run: RequestRun, { outcome, reason, actor }: Outcome): void {
  run.deadline.clear();
  run.enter('cleaning');
  run.state.happened(outcome, { reason }, actor);
}

/** Records the outcome in the archive, so that it outlives Temporal's retention. */
export async function recorded({ steps, request }: RequestRun, outcome: Outcome): Promise<Outcome> {
  await steps.run('record', (activities, journal) => activities.record(request.key, { outcome }, journal), {
    summary: 'record the outcome',
    mayEnd: 'never',
    last: true,
  });
  return outcome;
}

/** Records the outcome. Deleting or cancelling at the provider takes longer than minutes, and goes on in a workflow of its own. */
export async function cleanedLater(run: RequestRun, outcome: Outcome, left: Leftovers): Promise<Outcome> {
  const { key, policy } = run.request;
  const pending = await recorded(run, { ...outcome, cleanup: 'pending' });
  const cleaning = startChild(cleanup, {
    workflowId: cleanupIdOf(key),
    args: [{ key, ...left, policy: policy.steps.clean }],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: `${CLEANUP_WORDS[key.flow]} what ${key.flow} ${key.reference} left there`,
  });
  await unlessItRuns(cleaning);
  return pending;
}

/**
 * Cancels at the provider, if its API allows that (an assumption), unless the order keeps the video. When the budget of the step is over,
 * it is not tried again. But if the certificate may have been issued meanwhile (`mayBeIssued`), the provider's answer is waited for: it
 * decides how the request ended.
 */
export async function withdrawn(
  { steps, request, state }: RequestRun,
  requestPk: RequestPk,
  {
    mayBeIssued = false,
    keeps,
    ending,
  }: { mayBeIssued?: boolean; keeps?: KeptVideo | undefined; ending?: Ending } = {},
): Promise<Withdrawn> {
  const order = { requestPk, ...defined({ keeps, own: ending && state.sends(ownEnd(requestPk, ending)) }) };
  const withdrawal = await steps.run(
    'withdraw',
    (activities, journal) => activities.withdraw(request.key, order, journal),
    {
      summary: 'cancel at the provider, where its API allows',
      mayEnd: 'never',
      failsOn: ({ temporary }) => !temporary || !mayBeIssued,
    },
  );
  if (withdrawal.end === 'failed') return { closed: false, effect: 'none' };
  const { effect, status } = withdrawal.value;
  if (effect !== 'none' && videoIn(status) !== 'unfinished')
    state.happened('video-discarded', { requestPk, ...defined({ status }) });
  return withdrawal.value;
}

function ownEnd(requestPk: RequestPk, { kind: outcome, reason, actor, words }: Ending): OwnCall {
  return {
    id: `withdraw-${requestPk}`,
    shows: ['CANCELLED'],
    events: [],
    ending: { outcome, reason, actor, ...words },
  };
}

/** Whether it was cancelled at the provider before we could, by somebody else. */
export function foundCancelled(withdrawal: Withdrawn | undefined): boolean {
  return withdrawal?.status === 'CANCELLED' && withdrawal.effect === 'none';
}

/** The end of a request that turns out to be CANCELLED at the provider. A decision there counts more than one that had no effect. */
export function endFound({ state }: RequestRun, ending: Ending): Ending {
  if (ending.kind === 'refused' || ending.actor.kind === 'provider') return ending;
  state.see({ status: 'CANCELLED' }, 'poll');
  const found = endedAtProvider(state);
  if (found.kind === ending.kind && found.reason === ending.reason) return ending; // it was ours
  state.happened('end-overruled', { outcome: ending.kind, reason: ending.reason }, ending.actor);
  return found;
}

/**
 * The status that decides an end. While a signature is in doubt, the provider must say the status, or an operator skips it.
 * Otherwise the request is not signed, and the last known status is enough.
 */
export async function statusAtEnd({ steps, state, request, requestPk }: RequestRun): Promise<ProviderStatus> {
  const order = { requestPk, gap: request.policy.watch.gap };
  let skips = false;
  for (;;) {
    const reading = await steps.run(
      'clean',
      (activities, journal) => activities.readStatus(request.key, order, journal),
      {
        summary: 'read the request once more before it ends',
        mayEnd: 'never',
        failsOn: () => skips || !state.signInDoubt,
        remedies: ({ temporary }) => (temporary ? [] : ['skip']),
      },
    );
    if (reading.end === 'done') return reading.value.status;
    if (reading.end === 'failed') return state.providerStatus ?? '';
    skips = true; // one more read: it may be ISSUED by now
  }
}
