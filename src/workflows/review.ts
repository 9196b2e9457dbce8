import { upsertSearchAttributes } from '@temporalio/workflow';
import type { Decided, JournaledActivities, OfficerOrder, StepFailure } from '../messages/activities.js';
import { defined } from '../messages/defined.js';
import type { FailureCode } from '../messages/failures.js';
import type { IdentityAccepted, IdentityWord } from '../messages/identity.js';
import type { Envelope, Journaled } from '../messages/journal.js';
import type { ProviderStatus } from '../messages/request.js';
import type { ReviewDecision } from '../messages/steering.js';
import { APPROVAL_INCOMPLETE, decisionRefused, unexpected } from './attention-words.js';
import { corrected } from './correcting.js';
import { forgetCause, forgetOtherSigner, markDecision } from './decision-mark.js';
import { actorOf, DECIDED, factsOf, ownDecision } from './own-decision.js';
import { callFailure, callFailureOf } from './engine/call-failure.js';
import { Ending, endedAtProvider } from './engine/endings.js';
import type { Call } from './engine/inbox.js';
import { orderId } from './engine/order-id.js';
import type { RequestRun } from './engine/request-run.js';
import { stageAttribute } from './engine/search-attributes.js';
import { DECISION_AWAITED } from './engine/verbs.js';

/** How a flow carries out the decision of the RAO. */
export interface Review {
  /** The statuses that say it was approved. */
  approved: readonly ProviderStatus[];
  /** If the officer has not seen the declaration that an approval signs, fetches it and answers the officer. True if answered. */
  redeclareFor?(call: Call<'review'>): Promise<boolean>;
  approve(
    activities: JournaledActivities,
    order: OfficerOrder & { identity?: IdentityAccepted },
    journal: Envelope,
  ): Promise<Journaled<Decided>>;
  refuse(
    activities: JournaledActivities,
    order: OfficerOrder & { reason: string },
    journal: Envelope,
  ): Promise<Journaled<Decided>>;
}

/** How the review ended. Incomplete: the provider does not approve because something is missing. The officer has the answer. */
export type Reviewed = { review: 'approved' } | { review: 'incomplete'; failure: StepFailure };
/** What became of one decision. Undecided: it had no effect at the provider, where somebody else may have decided. */
type Carried = Reviewed | { review: 'undecided' };

const APPROVED = { review: 'approved' } as const;
const UNDECIDED = { review: 'undecided' } as const;

/** Trouble of the officer who decides, or of the settings for it. The officer gets it, and may decide again. So may any other officer. */
const OF_THE_OFFICER = new Set<FailureCode>([
  'CREDENTIALS_REFUSED',
  'UNKNOWN_OFFICER',
  'UNKNOWN_REGISTRATION_AUTHORITY',
  'SECRET_NOT_FOUND',
  'SEAL_NOT_OPENED',
]);

const INCOMPLETE = new Set<FailureCode>(['FIELDS_MISSING', 'DOCUMENTS_MISSING']);

/** The RAO's decision. It is made here in the officer's name, or in the provider's console, which counts in every mode. */
export async function reviewed(run: RequestRun, review: Review): Promise<Reviewed> {
  const { state, attention, inbox, request } = run;
  const undecided = DECISION_AWAITED[request.key.flow];
  state.approved = false;
  for (;;) {
    if (review.approved.includes(state.providerStatus ?? '')) {
      attention.clear();
      const ours = state.approved || state.events.some(({ what }) => what === 'approved');
      if (!ours) state.happened('approved-at-provider', undefined, { kind: 'provider' });
      run.deadline.start(request.policy.deadlines.signing);
      return APPROVED;
    }
    switch (state.providerStatus) {
      case 'CANCELLED':
        throw endedAtProvider(state);
      case undecided:
        enterReview(run);
        await corrected(run);
        if (state.identity === 'as-expected') forgetOtherSigner(state);
        markDecision(run);
        if (!state.approved) {
          const decision = await decided(run, review);
          if (decision.review === 'incomplete') return decision;
          state.approved = decision.review === 'approved';
          if (state.providerStatus !== undecided) continue;
          markDecision(run);
        }
        break;
      case 'CREATED':
        enterReview(run);
        attention.set('approve', APPROVAL_INCOMPLETE);
        break;
      case undefined:
      default:
        enterReview(run); // else the stage before would offer orders that nobody takes here
        attention.set('approve', unexpected(state.providerStatus));
    }
    const nothingToDecide = () => state.providerStatus !== undecided;
    const officerMayAct = () => inbox.has('review') && (!state.approved || nothingToDecide());
    const dataMayBeCorrected = () => inbox.has('correct') && !nothingToDecide();
    // An order that stays in the inbox would end every wait at once.
    if (nothingToDecide())
      inbox.refuse(
        (kind) => kind === 'review' || kind === 'correct',
        () => notNow(state.providerStatus),
      );
    const resolved = await run.statusChanged(
      'watch the provider until the request is approved or refused',
      'review-deadline',
      { until: () => officerMayAct() || dataMayBeCorrected(), soon: state.approved },
    );
    if (resolved?.resolution.remedy === 'retry') forgetCause(state);
  }
}

/** Once: a strange status may come before the decision is awaited, and in between. */
function enterReview(run: RequestRun): void {
  if (run.state.stage === 'review') return;
  run.enter('review');
  run.state.decisionRefused = undefined; // one of an earlier stage
  const { reviewMode, policy } = run.request;
  if (reviewMode === 'manual') upsertSearchAttributes([{ key: stageAttribute, value: 'review' }]);
  run.deadline.start(policy.deadlines.review);
}

function notNow(status: ProviderStatus | undefined) {
  return callFailure('NOT_NOW', `The provider says ${status ?? 'nothing'}: there is nothing to decide now.`);
}

/** Carries out the automatic decision, or the officer's if one came. */
async function decided(run: RequestRun, review: Review): Promise<Carried> {
  const { state, request } = run;
  if (state.decidedBy !== 'automatic') return answerOfficer(run, review);
  const { automaticOfficer = '', automaticPermission: permission } = request;
  const evidenceSeen = `automatic${permission ? `, by the permission "${permission}"` : ''}`;
  return carryOut(run, review, { decision: 'approve', officer: automaticOfficer, evidenceSeen });
}

/** Carries out what an officer decided, and answers the officer. */
export async function answerOfficer(run: RequestRun, review: Review): Promise<Carried> {
  const call = run.inbox.take('review');
  if (!call) return UNDECIDED;
  if (call.order.decision === 'approve' && (await review.redeclareFor?.(call))) return UNDECIDED;
  const carried = await carryOut(run, review, call.order, call);
  call.answer({ status: run.state.providerStatus ?? '' });
  return carried;
}

/** Asks the provider to approve or refuse in the officer's name, and acts on its answer. */
async function carryOut(
  run: RequestRun,
  review: Review,
  decision: ReviewDecision,
  call?: Call<'review'>,
): Promise<Carried> {
  const { state, steps, request } = run;
  const decisionId = orderId((state.decisions += 1));
  state.decisionRefused = undefined; // this one counts now
  for (;;) {
    const undecided = state.providerStatus ?? DECISION_AWAITED[request.key.flow];
    const own = ownDecision(run, decision, decisionId);
    const ask = await steps.run(decision.decision, asked(review, decision, { decisionId, own }), {
      summary: `${decision.decision} in the name of the officer`,
      caller: call,
      failsOn: ({ code }) =>
        INCOMPLETE.has(code) || code === 'SIGNER_UNEXPECTED' || (call !== undefined && OF_THE_OFFICER.has(code)),
      overtakenBy: (status) => status !== undecided,
    });
    switch (ask.end) {
      case 'done':
        return settled(run, decision, ask.value, call);
      case 'failed':
        return notTaken(run, decision, ask.failure, call);
      case 'overtaken': // The step reads before it writes, so another run finds out whose decision it was.
    }
  }
}

function asked(
  review: Review,
  decision: ReviewDecision,
  more: Pick<OfficerOrder, 'decisionId' | 'own'>,
): (activities: JournaledActivities, journal: Envelope) => Promise<Journaled<Decided>> {
  const { officer, credentials } = decision;
  const order = { officer, ...more, ...defined({ credentials }) };
  if (decision.decision === 'refuse')
    return (activities, journal) => review.refuse(activities, { ...order, reason: decision.reason }, journal);
  return (activities, journal) =>
    review.approve(activities, { ...order, ...defined({ identity: decision.identity }) }, journal);
}

/** The decision had no effect. The officer gets the reason and may decide again. Until then the request is in attention. */
export function notTaken(
  run: RequestRun,
  decision: ReviewDecision,
  failure: StepFailure,
  call?: Call<'review'>,
): Carried {
  const { state, request } = run;
  const { code, words, facts } = failure;
  if (code === 'SIGNER_UNEXPECTED') {
    state.officerAwaited ||= request.reviewMode === 'automatic';
    state.identified(facts?.['identity'] as IdentityWord);
  }
  state.happened('decision-refused', { decision: decision.decision, code, words }, actorOf(decision));
  call?.fail(callFailureOf(failure));
  if (INCOMPLETE.has(code)) return { review: 'incomplete', failure };
  if (call) state.decisionRefused = decisionRefused(decision, failure);
  return UNDECIDED;
}

/**
 * A decision counts as the officer's only if the call took effect, or if its answer was lost and the provider shows what it asked
 * for.
 *
 * @throws Ending if the provider took the refusal
 */
function settled(run: RequestRun, decision: ReviewDecision, answer: Decided, call?: Call<'review'>): Carried {
  const { state } = run;
  const { status, effect, secrets, identity } = answer;
  const done = DECIDED[decision.decision].has(status);
  if (effect === 'none' || (effect === 'in-doubt' && !done)) return overtaken(run, decision, answer, call);
  state.providerStatus = status;
  const facts = { ...factsOf(state, decision), ...(effect === 'in-doubt' ? { answer: 'lost' } : {}) };
  if (decision.decision === 'approve') {
    const who = identity === 'as-expected' ? identity : (decision.identity ?? identity);
    state.happened('approved', { ...facts, ...defined({ identity: who, secrets }) }, actorOf(decision));
    return APPROVED;
  }
  const { reason, note, textForSigner } = decision;
  state.happened('refused', facts, actorOf(decision));
  call?.answer({ status });
  throw new Ending('refused', reason, actorOf(decision), defined({ note, textForSigner }));
}

/** Somebody decided at the provider first. The officer's wish is noted. It must not count, or nobody could decide any more. */
function overtaken(run: RequestRun, decision: ReviewDecision, found: Decided, call?: Call<'review'>): Carried {
  const { state } = run;
  const { status } = found;
  const wished = decision.decision === 'refuse' ? { reason: decision.reason } : {};
  state.see(found, 'poll');
  state.happened(
    'decision-overtaken',
    { decision: decision.decision, status, evidenceSeen: decision.evidenceSeen, ...wished },
    actorOf(decision),
  );
  call?.fail(
    callFailure(
      'DECIDED_ALREADY',
      `The provider says ${status}: it was decided there before your decision came. Yours was not carried out.`,
      { status },
    ),
  );
  return UNDECIDED;
}
