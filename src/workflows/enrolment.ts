import { setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import type { FailureCode } from '../messages/failures.js';
import type { Outcome } from '../messages/outcome.js';
import type { EnrolmentRequest, ProviderStatus, RequestPk } from '../messages/request.js';
import type { ToReview } from '../messages/status.js';
import type { Resolution } from '../messages/steering.js';
import { createRemedies } from './creating.js';
import { cleanedLater, closing, outcomeOf, recorded, tell, withdrawn } from './ends.js';
import type { Ending } from './endings.js';
import { type Asked, type Teller, told } from './inbox.js';
import { issued } from './issuing.js';
import { preauthLinkUpdate, provideUpdate, reviewUpdate } from './messages.js';
import { RequestRun } from './request-run.js';
import { Incomplete, type Review, reviewed } from './review.js';
import { requestPkAttribute } from './search-attributes.js';
import { validated } from './validation.js';
import { videoFinished } from './video.js';

/** Not for whoever provided data last: the file may be another one. */
const OF_THE_ARCHIVE = new Set<FailureCode>(['ARCHIVED_FILE_CHANGED', 'DOCUMENT_NOT_FOUND']);

interface Created {
  requestPk: RequestPk;
  status: ProviderStatus;
}

/**
 * One enrolment, from the scratchcard to ENROLLREADY, or to ISSUED if asked: the Registration Authority eIDAS VideoID
 * workflow of the provider. Ends with a value in every case.
 */
export async function enrolment(request: EnrolmentRequest): Promise<Outcome> {
  // ── State ──
  const run = new RequestRun(request);
  const { state, steps, inbox } = run;
  const { key } = request;
  let round = 0;
  /** Earlier video requests that could not be cancelled at the provider. */
  const behind: RequestPk[] = [];
  let supplements: number[] = [];
  /** What the provider missed at the approval: fields by its names, or the code of what it says. */
  let lack: string[] = [];
  const review: Review = {
    undecided: 'CREATED',
    approved: ['ENROLLREADY', 'ISSUED'],
    unread,
    approvalAnswers: true,
    approve: (activities, order) => activities.approveEnrolment(key, { ...order, requestPk: run.requestPk }),
    refuse: (activities, order) => activities.declineEnrolment(key, { ...order, requestPk: run.requestPk }),
  };

  // ── Handlers: they record and wait, the story acts ──
  setHandler(reviewUpdate, (decision) => inbox.ask('review', decision), {
    validator: ({ decision }) => run.allow(decision),
  });
  setHandler(provideUpdate, (order) => inbox.ask('provide', order), { validator: (_order) => run.allow('provide') });
  setHandler(preauthLinkUpdate, (order) => inbox.ask('preauthLink', order), {
    validator: (_order) => {
      run.allow('preauth-link');
      if (!request.preauthLink) throw told('NOT_NOW', 'The settings do not allow the pre-authorised link.');
    },
  });

  // ── The story ──
  return tell(run, story, ended);

  async function story(): Promise<Outcome> {
    await enrolled(); // 1. first unused scratchcard  2. create; the provider e-mails the link
    await videoFinished(run, newVideo); // 3. the signer goes through the video
    await validated(run, review); // 4. the provider's certified operator validates
    if (state.providerStatus === 'CREATED') await completedAndApproved();
    if (request.untilIssued) await issued(run); //    the signer picks up the certificate
    const reached = state.providerStatus === 'ISSUED' ? 'issued' : 'enroll-ready';
    return closed(outcomeOf(run, 'enrolled', reached, { kind: 'provider' }));
  }

  async function enrolled(asked?: Teller): Promise<void> {
    round += 1;
    const { requestPk, status } = await enrol(asked);
    state.ids = { requestPk };
    state.providerStatus = status;
    state.createInDoubt = false;
    state.happened('created', { requestPk, round });
  }

  /** Tried again it is the same round, whose card is looked up before another is taken. */
  function enrol(asked?: Teller): Promise<Created> {
    return steps.run('create', (activities) => activities.enrol(key, { round }), {
      summary: 'take the first unused scratchcard, create the enrolment with it',
      asked,
      watched: false,
      remedies: (failure) => createRemedies(run, failure, { again: enrol, adopt }),
    });
  }

  /** An id that the provider does not know settles nothing. */
  async function adopt({ ids }: Resolution): Promise<Created | undefined> {
    const requestPk = ids?.requestPk as RequestPk;
    const { taken } = await steps.run<{ taken?: Created }>(
      'create',
      async (activities) => ({ taken: await activities.adoptEnrolment(key, { requestPk }) }),
      {
        summary: 'take over the enrolment that an operator found at the provider',
        watched: false,
        answers: (failure) => run.adoptionRefused(failure),
      },
    );
    return taken;
  }

  async function newVideo(asked?: Teller): Promise<void> {
    const before = run.requestPk;
    await enrolled(asked);
    if (!(await withdrawn(run, before)).closed) behind.push(before);
    upsertSearchAttributes([{ key: requestPkAttribute, value: run.requestPk }]);
  }

  /** For profiles that are not of natural persons. What the provider misses at the last moment leads back to completing. */
  async function completedAndApproved(): Promise<void> {
    for (let approved = false; !approved;) {
      await completed(); // 5. update request  6. upload evidence documents
      await declared(); // 7. declaration, contract …
      approved = await reviewed(run, review).then(() => true, lacking); //    … and approve, or decline
    }
  }

  function lacking(reason: unknown): false {
    if (!(reason instanceof Incomplete)) throw reason;
    const { code, facts } = reason.failure;
    lack = typeof facts?.['fields'] === 'string' ? facts['fields'].split(' ') : [code];
    return false;
  }

  /** Until the provider misses nothing more: what was given at start, then what is provided later. */
  async function completed(): Promise<void> {
    run.enter('completing');
    run.deadline.start(request.policy.deadlines.review);
    let asked: Asked<'provide'> | undefined;
    for (;;) {
      const missing = await complete(asked);
      state.missing = [...new Set([...missing, ...lack])];
      if (asked?.settled === false) asked.answer({ missing });
      if (state.missing.length === 0 || state.providerStatus !== 'CREATED') return;
      state.happened('data-missing', { fields: state.missing.join(' ') });
      await run.statusChanged('watch the provider while data is awaited', 'completing-deadline', {
        until: () => inbox.has('provide'),
      });
      asked = inbox.take('provide');
      if (!asked) continue;
      lack = [];
      state.happened('data-provided', { number: asked.question.number }, asked.question.actor);
    }
  }

  /** What is still missing. Data that the provider will not take is told to who gave it, and left out from then on. */
  async function complete(asked?: Asked<'provide'>): Promise<string[]> {
    const given = asked ? [...supplements, asked.question.number] : supplements;
    const order = { requestPk: run.requestPk, supplements: given };
    const { missing, taken } = await steps.run(
      'complete',
      async (activities) => ({ ...(await activities.complete(key, order)), taken: true }),
      {
        summary: 'send the data and evidence documents that the video did not give',
        asked,
        moot: (status) => (status === 'CREATED' ? undefined : { missing: [], taken: true }),
        answers: (failure) => {
          if (!asked || failure.temporary || OF_THE_ARCHIVE.has(failure.code)) return undefined;
          asked.fail(told(failure.code, failure.words));
          state.happened('data-refused', { code: failure.code, words: failure.words }, asked.question.actor);
          return { missing: state.missing ?? [], taken: false };
        },
      },
    );
    if (taken) supplements = given;
    return missing;
  }

  /** The declaration and the contract, for the officer who is to decide, or who wants to. */
  async function declared(asked?: Asked<'review'>): Promise<void> {
    if (state.providerStatus !== 'CREATED') return;
    const { download } = request.policy;
    const order = { requestPk: run.requestPk, download, ...(asked ? { officer: asked.question.officer } : {}) };
    const { shown } = await steps.run<{ shown?: ToReview }>(
      'declare',
      async (activities) => ({ shown: await activities.declare(key, order) }),
      {
        summary: 'fetch the RAO declaration and the contract',
        asked,
        moot: (status) => (status === 'CREATED' ? undefined : {}),
        answers: (failure) => {
          if (!asked || failure.temporary) return undefined;
          asked.fail(told(failure.code, failure.words));
          return {};
        },
      },
    );
    if (shown === undefined) return;
    state.toReview = shown;
    state.happened('declared', { ...shown });
  }

  /** Who approves signs the declaration, which names them: nobody approves one that they were not shown. */
  async function unread(asked: Asked<'review'>): Promise<boolean> {
    if (!state.toReview || state.toReview.officer === asked.question.officer) return false;
    await declared(asked);
    if (asked.settled) return true;
    if (state.providerStatus !== 'CREATED') return false;
    asked.fail(told('NOT_NOW', 'The declaration named another officer. Now it names you: read it, then approve.'));
    return true;
  }

  /** A certificate that is issued cannot be taken back: then it is enrolled, whatever ended it. */
  async function ended(ending: Ending): Promise<Outcome> {
    run.enter('cleaning');
    run.deadline.clear();
    const left: RequestPk[] = [];
    if (state.ids && state.providerStatus !== 'CANCELLED') {
      const mayBeIssued = state.providerStatus === 'ENROLLREADY';
      const { closed: cancelled, status } = await withdrawn(run, run.requestPk, { mayBeIssued });
      if (status === 'ISSUED') {
        state.providerStatus = status;
        state.happened('end-overruled', { reason: ending.reason });
        return closed(outcomeOf(run, 'enrolled', 'issued', { kind: 'signer' }));
      }
      if (!cancelled) left.push(run.requestPk);
    }
    const { reason } = ending.reason === 'refused-at-provider' ? await endRead() : {};
    const words = reason === undefined ? ending.words : { ...ending.words, note: reason };
    return closed(outcomeOf(run, ending.kind, ending.reason, ending.actor, words), left);
  }

  /** What the provider says about the end, for the evidence; without it the end stands all the same. */
  function endRead(): Promise<{ reason?: string }> {
    return steps.run<{ reason?: string }>(
      'watch',
      (activities) => activities.readEnd(key, { requestPk: run.requestPk }),
      {
        summary: 'read what the provider says about the end',
        mayEnd: false,
        answers: ({ code }) => {
          state.happened('end-not-read', { code });
          return {};
        },
      },
    );
  }

  async function closed(outcome: Outcome, left: RequestPk[] = []): Promise<Outcome> {
    closing(run, outcome);
    if (outcome.reason === 'issued') await endRead();
    for (const requestPk of behind) if (!(await withdrawn(run, requestPk)).closed) left.push(requestPk);
    return left.length === 0 ? recorded(run, outcome) : cleanedLater(run, outcome, { requestPks: left, uids: [] });
  }
}
