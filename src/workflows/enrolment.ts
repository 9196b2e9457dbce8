import { defined } from '../messages/defined.js';
import type { ProviderRead } from '../messages/activities.js';
import type { FailureCode } from '../messages/failures.js';
import type { Outcome } from '../messages/outcome.js';
import type { EnrolmentRequest, ProviderStatus, RequestPk } from '../messages/request.js';
import { unexpected } from './attention-words.js';
import { OtherVideos, type Videos } from './another-video.js';
import { created } from './creating.js';
import { callFailure, callFailureOf } from './engine/call-failure.js';
import type { Ending } from './engine/endings.js';
import type { Call } from './engine/inbox.js';
import { RequestRun } from './engine/request-run.js';
import {
  cleanedLater,
  closing,
  endFound,
  foundCancelled,
  outcomeOf,
  recorded,
  runToTheEnd,
  withdrawn,
} from './ends.js';
import { setCommonHandlers } from './handlers.js';
import { issued } from './issuing.js';
import { notTaken, type Review, reviewed } from './review.js';
import { validated } from './validation.js';
import { videoFinished } from './video.js';

/** The person who provided data last does not get these failures: they may be about somebody else's file. */
const OF_THE_ARCHIVE = new Set<FailureCode>(['ARCHIVED_FILE_CHANGED', 'DOCUMENT_NOT_FOUND']);

/** In these statuses, nothing is completed, declared or decided any more. */
const DECIDED = new Set<ProviderStatus>(['ENROLLREADY', 'ISSUED', 'CANCELLED']);

interface Created extends ProviderRead {
  requestPk: RequestPk;
}

/**
 * One enrolment, from the scratchcard to ENROLLREADY, or to ISSUED if asked: the Registration Authority eIDAS VideoID
 * workflow of the provider. Ends with a value in every case.
 */
export async function enrolment(request: EnrolmentRequest): Promise<Outcome> {
  // ── State ──
  const run = new RequestRun(request);
  const { state, steps, inbox, attention } = run;
  const { key } = request;
  let supplements: number[] = [];
  const decidedThere = (): boolean => DECIDED.has(state.providerStatus ?? '');
  const creating: Videos<Created> = {
    create: (activities, { round, replaces }, journal) =>
      activities.enrol(key, { round, ...defined({ replaces }) }, journal),
    adopt: (activities, { requestPk }, journal) => activities.adoptEnrolment(key, { requestPk }, journal),
    retryIsAnotherRound: false, // the request is looked up by its card before another card is taken
    summary: () => 'take the first unused scratchcard, create the enrolment with it',
    takeOver,
  };
  const videos = new OtherVideos(run, creating);
  /** What the provider still needed at the approval: field names, or the code of its failure. */
  let missingAtApproval: string[] = [];
  const review: Review = {
    approved: ['ENROLLREADY', 'ISSUED'],
    redeclareFor,
    approve: (activities, order, journal) =>
      activities.approveEnrolment(key, { ...order, requestPk: run.requestPk }, journal),
    refuse: (activities, order, journal) =>
      activities.declineEnrolment(key, { ...order, requestPk: run.requestPk }, journal),
  };

  // ── Handlers: they record orders, the story acts ──
  setCommonHandlers(run, videos);
  run.takes('review', ({ decision }) => run.allow(decision));
  run.takes('provide', () => run.allow('provide'));
  run.takes('preauth-link', () => {
    run.allow('preauth-link');
    if (!request.preauthLink) throw callFailure('NOT_NOW', 'The settings do not allow the pre-authorised link.');
  });

  // ── The story ──
  return runToTheEnd(run, story, ended);

  async function story(): Promise<Outcome> {
    await enrolled(); // 1. first unused scratchcard  2. create; the provider e-mails the link
    await videoFinished(run, videos); // 3. the signer goes through the video
    await validated(run, review); // 4. the provider's certified operator validates
    if (state.providerStatus === 'CREATED') await completedAndApproved();
    if (request.untilIssued) await issued(run); //    the signer picks up the certificate
    const reached = state.providerStatus === 'ISSUED' ? 'issued' : 'enroll-ready';
    return closed(outcomeOf(run, 'enrolled', reached, { kind: 'provider' }));
  }

  async function enrolled(): Promise<void> {
    const made = await created(run, creating);
    if (made !== undefined) takeOver(made);
  }

  function takeOver({ requestPk, status, ours }: Created, how = 'created'): void {
    state.recall(ours);
    state.ids = { requestPk };
    state.providerStatus = status;
    state.happened(how, { requestPk, round: state.round });
  }

  /** For profiles of others than natural persons. If the provider needs something more at the approval, the data is completed again. */
  async function completedAndApproved(): Promise<void> {
    for (;;) {
      await completed(); // 5. update request  6. upload evidence documents
      await declared(); // 7. declaration, contract …
      const decision = await reviewed(run, review); //    … and approve, or decline
      if (decision.review === 'approved') return;
      const { code, facts } = decision.failure;
      missingAtApproval = typeof facts?.['fields'] === 'string' ? facts['fields'].split(' ') : [code];
    }
  }

  /** Sends what was given at the start, then what is provided later, until the provider needs nothing more. */
  async function completed(): Promise<void> {
    run.enter('completing');
    run.deadline.start(request.policy.deadlines.review);
    let call: Call<'provide'> | undefined;
    for (;;) {
      const missing = await complete(call);
      state.missing = [...new Set([...missing, ...missingAtApproval])];
      call?.answer({ missing });
      if (state.missing.length === 0 || decidedThere()) return;
      state.happened('data-missing', { fields: state.missing.join(' ') });
      await run.statusChanged('watch the provider while data is awaited', 'completing-deadline', {
        until: () => inbox.has('provide'),
      });
      await statusExpected();
      if (decidedThere()) return;
      call = inbox.take('provide');
      if (!call) continue;
      missingAtApproval = [];
      state.happened('data-provided', { number: call.order.number }, call.order.actor);
    }
  }

  /** Waits while the provider says something that nobody expects here. Provided data waits too. */
  async function statusExpected(): Promise<void> {
    while (state.providerStatus !== 'CREATED' && !decidedThere()) {
      attention.set('wait', unexpected(state.providerStatus));
      await run.statusChanged('watch the provider until its status is expected again', 'completing-deadline');
    }
    attention.clear();
  }

  /** Returns what is still missing. If the provider refuses the data, the caller gets the failure, and it is not sent again. */
  async function complete(call?: Call<'provide'>): Promise<string[]> {
    const given = call ? [...supplements, call.order.number] : supplements;
    const order = { requestPk: run.requestPk, supplements: given };
    const completing = await steps.run('complete', (activities, journal) => activities.complete(key, order, journal), {
      summary: 'send the data and evidence documents that the video did not give',
      caller: call,
      failsOn: ({ temporary, code }) => call !== undefined && !temporary && !OF_THE_ARCHIVE.has(code),
      overtakenBy: (status) => DECIDED.has(status),
    });
    if (completing.end === 'failed') {
      const { code, words } = completing.failure;
      call?.fail(callFailureOf(completing.failure));
      state.happened('data-refused', { code, words }, call?.order.actor);
      return state.missing ?? [];
    }
    supplements = given;
    return completing.end === 'done' ? completing.value.missing : [];
  }

  /** The declaration and the contract: for any officer, or for the one who wants to approve. */
  async function declared(call?: Call<'review'>): Promise<void> {
    await statusExpected();
    if (decidedThere()) return;
    const { download } = request.policy;
    const order = { requestPk: run.requestPk, download, ...defined({ officer: call?.order.officer }) };
    const declaration = await steps.run('declare', (activities, journal) => activities.declare(key, order, journal), {
      summary: 'fetch the RAO declaration and the contract',
      caller: call,
      failsOn: ({ temporary }) => call !== undefined && !temporary,
      overtakenBy: (status) => DECIDED.has(status),
    });
    switch (declaration.end) {
      case 'done':
        state.toReview = declaration.value;
        return state.happened('declared', { ...declaration.value });
      case 'failed':
        if (call) notTaken(run, call.order, declaration.failure, call);
        return;
      case 'overtaken': // nobody needs to read it any more
    }
  }

  /** The declaration names the officer who signs it by approving. It must be shown to that officer first. */
  async function redeclareFor(call: Call<'review'>): Promise<boolean> {
    if (!state.toReview || state.toReview.officer === call.order.officer) return false;
    await declared(call);
    if (call.settled) return true;
    if (state.providerStatus !== 'CREATED') return false;
    call.fail(
      callFailure('NOT_NOW', 'The declaration named another officer. Now it names you: read it, then approve.'),
    );
    return true;
  }

  /** An issued certificate cannot be taken back: the outcome is then `enrolled`, whatever ended the request. */
  async function ended(ending: Ending): Promise<Outcome> {
    run.enter('cleaning');
    run.deadline.clear();
    await videos.takeUpCutCreate();
    const left: RequestPk[] = [];
    let decided = ending;
    if (state.ids && state.providerStatus !== 'CANCELLED') {
      const mayBeIssued = state.providerStatus === 'ENROLLREADY';
      const withdrawal = await withdrawn(run, run.requestPk, { mayBeIssued, ending });
      if (withdrawal.status === 'ISSUED') {
        state.providerStatus = withdrawal.status;
        state.happened('end-overruled', { outcome: ending.kind, reason: ending.reason }, ending.actor);
        return closed(outcomeOf(run, 'enrolled', 'issued', { kind: 'signer' }));
      }
      if (!withdrawal.closed) left.push(run.requestPk);
      if (foundCancelled(withdrawal)) decided = endFound(run, ending);
    }
    const note = decided.reason === 'refused-at-provider' ? await noteAtProvider() : undefined;
    return closed(
      outcomeOf(run, decided.kind, decided.reason, decided.actor, { ...decided.words, ...defined({ note }) }),
      left,
    );
  }

  /** Keeps for the evidence what the provider says about the end. Returns its words. The end does not depend on them. */
  async function noteAtProvider(): Promise<string | undefined> {
    const reading = await steps.run(
      'watch',
      (activities, journal) => activities.readEnd(key, { requestPk: run.requestPk }, journal),
      {
        summary: 'read what the provider says about the end',
        mayEnd: 'never',
        failsOn: () => true,
      },
    );
    if (reading.end === 'done') return reading.value.reason;
    state.happened('end-not-read', { code: reading.failure.code });
    return undefined;
  }

  async function closed(outcome: Outcome, left: RequestPk[] = []): Promise<Outcome> {
    closing(run, outcome);
    if (outcome.reason === 'issued') await noteAtProvider();
    for (const requestPk of videos.leftOpen) if (!(await withdrawn(run, requestPk)).closed) left.push(requestPk);
    return left.length === 0 ? recorded(run, outcome) : cleanedLater(run, outcome, { requestPks: left, uids: [] });
  }
}
