import { upsertSearchAttributes } from '@temporalio/workflow';
import { defined } from '../messages/defined.js';
import type { FailureCode } from '../messages/failures.js';
import type { Activities, Decided, OfficerOrder, StepFailure } from '../messages/activities.js';
import type { IdentityAccepted, IdentityWord } from '../messages/identity.js';
import type { ProviderStatus } from '../messages/request.js';
import type { ReviewDecision } from '../messages/steering.js';
import { APPROVAL_INCOMPLETE, OFFICER_AWAITED, unexpected } from './attentions.js';
import { corrected } from './correcting.js';
import { Ending, endedAtProvider } from './endings.js';
import { type Asked, told } from './inbox.js';
import type { RequestRun } from './request-run.js';
import { stageAttribute } from './search-attributes.js';

/** What a flow calls for the RAO's decision. */
export interface Review {
  /** The status in which the decision is awaited. */
  undecided: 'VIDEOREVIEW' | 'CREATED';
  /** The statuses that say it was approved. */
  approved: readonly ProviderStatus[];
  /** Whether the officer has not been shown yet what approving signs; it is fetched then. */
  unread?(asked: Asked<'review'>): Promise<boolean>;
  /** Whether the step has something to bring home from an approval that was found out otherwise. */
  approvalAnswers?: boolean;
  approve(activities: Activities, order: OfficerOrder & { identity?: IdentityAccepted }): Promise<Decided>;
  refuse(activities: Activities, order: OfficerOrder & { reason: string }): Promise<Decided>;
}

/** Thrown when the provider will not approve because something is missing, which was told to the officer. */
export class Incomplete {
  constructor(readonly failure: StepFailure) {}
}

/** What the provider says after a decision, whoever took it. CREATED: approved in the first of two steps. */
const DECIDED = {
  approve: new Set<ProviderStatus>(['CREATED', 'ENROLLREADY', 'ISSUED']),
  refuse: new Set<ProviderStatus>(['CANCELLED']),
};

/** After these the provider may have carried the decision out; after others what it shows was decided in its console. */
const IN_DOUBT = new Set<FailureCode>(['PROVIDER_ANSWER_UNKNOWN', 'REQUEST_STATUS_REFUSED', 'STEP_FAILED']);

const INCOMPLETE = new Set<FailureCode>(['FIELDS_MISSING', 'DOCUMENTS_MISSING']);

/** The RAO's decision: by us in the officer's name, or in the provider's console, which is adopted in every mode. */
export async function reviewed(run: RequestRun, review: Review): Promise<void> {
  const { state, steps, inbox, request } = run;
  if (state.providerStatus === review.undecided) {
    run.enter('review');
    if (request.reviewMode === 'manual') upsertSearchAttributes([{ key: stageAttribute, value: 'review' }]);
    run.deadline.start(request.policy.deadlines.review);
  }
  let approvedByUs = false;
  for (;;) {
    if (review.approved.includes(state.providerStatus ?? '')) {
      steps.leaveAttention();
      if (!approvedByUs) state.happened('approved-at-provider', undefined, { kind: 'provider' });
      run.deadline.start(request.policy.deadlines.signing);
      return;
    }
    switch (state.providerStatus) {
      case 'CANCELLED':
        throw endedAtProvider(state);
      case review.undecided:
        await corrected(run);
        automatismGoesOn(run);
        if (approvedByUs) break;
        if (state.decidedBy === 'automatic') approvedByUs = await carryOut(run, review, automaticDecision(run));
        else approvedByUs = await answerOfficer(run, review);
        if (state.providerStatus !== review.undecided) continue;
        if (state.officerAwaited && !approvedByUs) steps.enterAttention('approve', OFFICER_AWAITED, ['cancel']);
        break;
      case 'CREATED':
        steps.enterAttention('approve', APPROVAL_INCOMPLETE);
        break;
      case undefined:
      default:
        steps.enterAttention('approve', unexpected(state.providerStatus));
    }
    // Left in the inbox, it would end every wait at once, for ever.
    if (state.providerStatus !== review.undecided)
      for (const kind of ['review', 'correct'] as const) inbox.take(kind)?.fail(nothingToDecide(state.providerStatus));
    const decided = await run.statusChanged(
      'watch the provider until the request is approved or refused',
      'review-deadline',
      {
        until: () =>
          (inbox.has('review') && !(approvedByUs && state.providerStatus === review.undecided)) ||
          (inbox.has('correct') && state.providerStatus === review.undecided),
        soon: approvedByUs,
      },
    );
    if (decided?.resolution.remedy === 'retry') state.officerAwaited = false;
  }
}

/** What held an automatic approval back is corrected: it is tried again. */
function automatismGoesOn({ state, steps }: RequestRun): void {
  if (state.identity === 'as-expected') state.officerAwaited = false;
  if (!state.officerAwaited) steps.leaveAttention();
}

function heldBack({ state, request }: RequestRun, { facts }: StepFailure): void {
  state.officerAwaited ||= request.reviewMode === 'automatic';
  state.identified({ identity: facts?.['identity'] as IdentityWord });
}

function nothingToDecide(status: ProviderStatus | undefined) {
  return told('NOT_NOW', `The provider says ${status ?? 'nothing'}: there is nothing to decide now.`);
}

function automaticDecision({ request }: RequestRun): ReviewDecision {
  return {
    decision: 'approve',
    officer: request.automaticOfficer ?? '',
    evidenceSeen: `automatic${request.automaticPermission ? `, by the permission "${request.automaticPermission}"` : ''}`,
  };
}

/** Carries out what an officer decided. True when the provider took the approval. */
export async function answerOfficer(run: RequestRun, review: Review): Promise<boolean> {
  const asked = run.inbox.take('review');
  if (!asked) return false;
  if (asked.question.decision === 'approve' && (await review.unread?.(asked))) return false;
  const approved = await carryOut(run, review, asked.question, asked);
  if (!asked.settled) asked.answer({ status: run.state.providerStatus ?? '' });
  return approved;
}

/** True when the provider took the approval. Credentials that the officer typed wrong are told, and may be typed again. */
async function carryOut(
  run: RequestRun,
  review: Review,
  decision: ReviewDecision,
  asked?: Asked<'review'>,
): Promise<boolean> {
  const { state, steps } = run;
  const actor = { kind: 'officer', id: decision.officer } as const;
  const order = { officer: decision.officer, ...(decision.credentials ? { credentials: decision.credentials } : {}) };
  const accepted = decision.decision === 'approve' && decision.identity ? { identity: decision.identity } : {};
  const undecided = state.providerStatus ?? review.undecided;
  let incomplete: StepFailure | undefined;
  let mistyped = false;
  let overtaken = false;
  let inDoubt = false;
  const carriedOut = await steps.run<Decided>(
    decision.decision,
    (activities) =>
      decision.decision === 'approve'
        ? review.approve(activities, { ...order, ...accepted })
        : review.refuse(activities, { ...order, reason: decision.reason }),
    {
      summary:
        decision.decision === 'approve' ? 'approve in the name of the officer' : 'refuse in the name of the officer',
      asked,
      moot: (now) => {
        overtaken = now !== undecided;
        inDoubt = IN_DOUBT.has(state.attention?.code ?? 'STEP_FAILED');
        return overtaken ? { status: now, sent: false } : undefined;
      },
      answers: (failure) => {
        if (INCOMPLETE.has(failure.code)) incomplete = failure;
        else if (failure.code === 'SIGNER_UNEXPECTED') heldBack(run, failure);
        else if (failure.code !== 'CREDENTIALS_REFUSED' || !asked) return undefined;
        mistyped = true;
        state.happened(
          'decision-refused',
          { decision: decision.decision, code: failure.code, words: failure.words },
          actor,
        );
        if (asked?.settled === false) asked.fail(told(failure.code, failure.words, failure.facts));
        return { status: undecided, sent: false };
      },
    },
  );
  if (incomplete) throw new Incomplete(incomplete);
  const bringsHome = overtaken && decision.decision === 'approve' && review.approvalAnswers === true;
  const { status, sent, secrets, identity } = bringsHome ? await broughtHome(run, review, order) : carriedOut;
  state.providerStatus = status;
  if (mistyped) return false;
  if (overtaken && !inDoubt) {
    state.happened('decision-not-confirmed', { decision: decision.decision }, actor);
    return false;
  }
  if (!sent && !DECIDED[decision.decision].has(status)) {
    // Taken for a decision, nobody would ever decide.
    if (asked?.settled === false)
      asked.fail(told('NOT_NOW', `The provider says ${status}: it was not decided by you.`));
    return false;
  }
  if (decision.decision === 'approve') {
    const who = identity === 'as-expected' ? identity : (decision.identity ?? identity);
    const facts = {
      evidenceSeen: decision.evidenceSeen,
      mode: state.decidedBy,
      ...defined({ identity: who }),
    };
    state.happened('approved', secrets === undefined ? facts : { ...facts, secrets }, actor);
    return true;
  }
  state.happened('refused', { evidenceSeen: decision.evidenceSeen, reason: decision.reason }, actor);
  if (!asked?.settled) asked?.answer({ status });
  const { reason, note, textForSigner } = decision;
  throw new Ending('refused', reason, actor, {
    ...defined({ note, textForSigner }),
  });
}

/** An approval that was in doubt, and that the status shows now: the step reads before it writes, and keeps what there is. */
function broughtHome({ steps }: RequestRun, review: Review, order: OfficerOrder): Promise<Decided> {
  return steps.run<Decided>('approve', (activities) => review.approve(activities, order), {
    summary: 'keep what the approval answered',
  });
}
