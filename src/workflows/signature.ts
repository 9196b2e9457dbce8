import { setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import type { Retrieved, SignatureActivities, UploadedDocument } from '../messages/activities.js';
import type { Outcome } from '../messages/outcome.js';
import type { ProviderIds, SignatureRequest } from '../messages/request.js';
import type { Resolution } from '../messages/steering.js';
import { watchAftermath } from './aftermath.js';
import { archived } from './archiving.js';
import { createRemedies } from './creating.js';
import { type Ending, endedAtProvider } from './endings.js';
import { cleanedLater, closing, outcomeOf, recorded, tell, withdrawn } from './ends.js';
import type { Teller } from './inbox.js';
import { acceptUpdate, codeUpdate, reviewUpdate, signUpdate } from './messages.js';
import { RequestRun } from './request-run.js';
import { type Review, reviewed } from './review.js';
import { requestPkAttribute } from './search-attributes.js';
import { signerRemedies } from './signer-remedies.js';
import { checkSignOrder, signedBySigner } from './signing.js';
import { videoFinished } from './video.js';

type UploadAllowed = Pick<Parameters<SignatureActivities['upload']>[1], 'contractAsItCame' | 'identity'>;
type Created = Awaited<ReturnType<SignatureActivities['adopt']>>;

/**
 * One signature request, from create to the archived signature: the One-Shot eIDAS VideoID workflow of the provider.
 * Ends with a value in every case; never fails because the provider, the network or a person did.
 */
export async function signature(request: SignatureRequest): Promise<Outcome> {
  // ── State ──
  const run = new RequestRun(request);
  const { state, steps, inbox } = run;
  const { key, documents } = request;
  let ids: ProviderIds | undefined;
  /** Every create has a number; those since `firstRound` are for the same video. */
  let round = 0;
  let firstRound = 1;
  let uploadBegun = false;
  let uploaded: UploadedDocument[] = [];
  let contract = { sha256: '', size: 0 };
  let stored: Retrieved = { documents: [] };

  // ── Handlers: they record and wait, the story acts ──
  setHandler(reviewUpdate, (decision) => inbox.ask('review', decision), {
    validator: ({ decision }) => run.allow(decision),
  });
  setHandler(acceptUpdate, (acceptance) => run.acceptances.record(acceptance), {
    validator: (acceptance) => {
      if (run.acceptances.knows(acceptance)) return;
      run.allow('accept');
      run.acceptances.check(acceptance);
    },
  });
  setHandler(codeUpdate, (acceptance) => inbox.ask('code', acceptance), {
    validator: (acceptance) => {
      run.allow('code');
      run.acceptances.check(acceptance);
    },
  });
  setHandler(signUpdate, (order) => inbox.ask('sign', order), { validator: (order) => checkSignOrder(run, order) });
  // ── The story ──
  return tell(run, story, ended);

  async function story(): Promise<Outcome> {
    await created(); // 1. create, or take up again; the requester gets the link
    await videoFinished(run, newVideo); //    the signer goes through the video
    await reviewed(run, review()); // 2. approve, or refuse
    await documentsUploaded(); // 3. upload documents  4. contract
    await signedBySigner(run); // 5. code  6. sign
    stored = await archived(run, { documents: uploaded, contract }); // 7. retrieve, store, verify
    return closed(signed()); // 8. delete at the Optimizer, record
  }

  async function created(): Promise<void> {
    const { reopens } = request;
    if (reopens === undefined) return begun(await create());
    const taken = await steps.run('create', (activities) => activities.adopt(key, reopens), {
      summary: 'take up again what the attempt before left open',
    });
    return begun(taken, 'reopened');
  }

  function begun(made: Created, how = 'created'): void {
    const { videoidPk, requestPk, status } = made;
    ids = { videoidPk, requestPk };
    state.identified(made);
    state.ids = ids;
    state.providerStatus = status;
    state.videoFinished ||= made.videoFinished ?? false;
    state.createInDoubt = false;
    state.happened(how, { requestPk, videoidPk, round });
  }

  /** A retry after doubt is another round: the doubtful create may have happened, this one may be billed beside it. */
  function create(asked?: Teller): Promise<Created> {
    round += 1;
    return steps.run('create', (activities) => activities.create(key, { round, since: firstRound }), {
      summary: round === 1 ? 'create the video identification request' : 'create another video identification request',
      asked,
      watched: false,
      remedies: (failure) => createRemedies(run, failure, { again: create, adopt }),
    });
  }

  /** Ids that the provider does not know settle nothing: the create is still in doubt. */
  async function adopt(resolution: Resolution): Promise<Created | undefined> {
    const found = resolution.ids as ProviderIds;
    const { taken } = await steps.run<{ taken?: Created }>(
      'create',
      async (activities) => ({ taken: await activities.adopt(key, found) }),
      {
        summary: 'take over the request that an operator found at the provider',
        watched: false,
        answers: (failure) => run.adoptionRefused(failure),
      },
    );
    return taken;
  }

  async function newVideo(asked?: Teller): Promise<void> {
    const before = run.requestPk;
    firstRound = round + 1;
    begun(await create(asked));
    await withdrawn(run, before);
    upsertSearchAttributes([{ key: requestPkAttribute, value: run.requestPk }]);
  }

  function review(): Review {
    const both = ids;
    if (!both) throw new Error('the request is not created yet');
    return {
      undecided: 'VIDEOREVIEW',
      approved: ['ENROLLREADY'],
      approve: (activities, order) => activities.approve(key, { ...both, ...order }),
      refuse: (activities, order) => activities.refuse(key, { ...both, ...order }),
    };
  }

  async function documentsUploaded(): Promise<void> {
    run.enter('preparing');
    uploadBegun = true;
    const done = await upload();
    state.identified(done);
    uploaded = done.documents;
    contract = done.contract;
    state.shownFrom = Date.now();
    state.toAccept = { documents: documents.map(({ sha256 }) => sha256), contract: done.contract.sha256 };
    state.happened('documents-uploaded', { documents: documents.length, contract: done.contract.sha256 });
  }

  /** `allowed`: what an operator has said about the contract, and about who signs. */
  function upload(allowed: UploadAllowed = {}): ReturnType<SignatureActivities['upload']> {
    const order = { requestPk: run.requestPk, documents, download: request.policy.download, ...allowed };
    return steps.run('upload', (activities) => activities.upload(key, order), {
      summary: `upload ${documents.length} document(s), fetch the contract`,
      remedies: (failure) => ({
        ...signerRemedies(failure, (identity) => upload({ ...allowed, identity })),
        ...(failure.code === 'PROVIDER_FILE_NOT_A_PDF'
          ? { 'accept-files': () => upload({ ...allowed, contractAsItCame: true }) }
          : {}),
      }),
    });
  }

  /** Where files are missing here, or are none that pass, nothing is deleted there: the provider may have the only ones. */
  function signed(): Outcome {
    const { unseen, ...files } = stored;
    const outcome = outcomeOf(run, 'signed', files.missing ? 'signed-files-missing' : 'signed', { kind: 'signer' });
    return { ...outcome, cleanup: files.missing || unseen ? 'left' : 'done', ...files };
  }

  /** Every end reads the request first: ISSUED means the signed path, whatever ended it. */
  async function ended(ending: Ending): Promise<Outcome> {
    run.enter('cleaning');
    run.deadline.clear();
    const status = uploadBegun ? await run.statusAtEnd() : state.providerStatus;
    if (status === 'ISSUED' && uploaded.length > 0) {
      state.happened('end-overruled', { reason: ending.reason });
      stored = await archived(run, { documents: uploaded, contract });
      return closed(signed());
    }
    const open = state.ids !== undefined && status !== 'CANCELLED' && !(await withdrawn(run, run.requestPk)).closed;
    // A deadline that passed decides nothing any more where the provider has.
    const decided = status === 'CANCELLED' && ending.kind === 'expired' ? endedAtProvider(state) : ending;
    const outcome = outcomeOf(run, decided.kind, decided.reason, decided.actor, decided.words);
    const cleaning = { ...outcome, cleanup: uploadBegun ? 'done' : 'none' } as const;
    if (!open) return closed(cleaning);
    const left = await closed({ ...cleaning, leftOpen: true });
    await watchAftermath({ key, requestPk: run.requestPk, seen: status ?? '', policy: request.policy });
    return left;
  }

  /** Deletes at the Optimizer and records the outcome. Deleting that takes longer than minutes goes on by itself. */
  async function closed(outcome: Outcome): Promise<Outcome> {
    closing(run, outcome);
    return uploadBegun && outcome.cleanup !== 'left' ? cleaned(outcome) : recorded(run, outcome);
  }

  async function cleaned(outcome: Outcome): Promise<Outcome> {
    const left = { requestPks: [run.requestPk], uids: uploaded.map(({ uid }) => uid) };
    const done = await steps.run(
      'clean',
      (activities) => activities.clean(key, { ...left, outcome, events: state.events }).then(() => true),
      { summary: 'delete the copies at the Optimizer, record the outcome', mayEnd: false, answers: () => false },
    );
    return done ? outcome : cleanedLater(run, outcome, left);
  }
}
