import { setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import type { Retrieved, SignatureActivities, UploadedDocument } from '../messages/activities.js';
import { defined } from '../messages/defined.js';
import type { Outcome } from '../messages/outcome.js';
import type { ProviderIds, RequestPk, SignatureRequest } from '../messages/request.js';
import { Acceptances } from './acceptances.js';
import { watchForLateVideo } from './late-video.js';
import { archived } from './archiving.js';
import { created } from './creating.js';
import type { Ending } from './engine/endings.js';
import type { Caller } from './engine/inbox.js';
import { updateOf } from './engine/messages.js';
import { RequestRun } from './engine/request-run.js';
import { requestPkAttribute } from './engine/search-attributes.js';
import {
  cleanedLater,
  closing,
  endFound,
  foundCancelled,
  outcomeOf,
  recorded,
  runToTheEnd,
  statusAtEnd,
  withdrawn,
} from './ends.js';
import { setCommonHandlers } from './handlers.js';
import { type Review, reviewed } from './review.js';
import { checkSignOrder, signedBySigner } from './signing.js';
import { documentsUploaded } from './uploading.js';
import { videoFinished } from './video.js';

type Created = Awaited<ReturnType<SignatureActivities['adopt']>> & { uploaded?: true };

/**
 * One signature request, from create to the archived signature: the One-Shot eIDAS VideoID workflow of the provider.
 * Ends with a value in every case; never fails because the provider, the network or a person did.
 */
export async function signature(request: SignatureRequest): Promise<Outcome> {
  // ── State ──
  const run = new RequestRun(request);
  const { state, steps } = run;
  const { key } = request;
  const acceptances = new Acceptances(state, request.policy.acceptance);
  let ids: ProviderIds | undefined;
  /** Documents were uploaded before Temporal forgot the request. It may be signed already. */
  let uploadedBefore = false;
  let uploadBegun = false;
  let uploaded: UploadedDocument[] = [];
  let contract = { sha256: '', size: 0 };
  let stored: Retrieved = { documents: [] };

  // ── Handlers: they record orders, the story acts ──
  setCommonHandlers(run);
  run.takes('review', ({ decision }) => run.allow(decision));
  setHandler(updateOf('accept'), (acceptance) => acceptances.record(acceptance), {
    validator: (acceptance) => {
      if (acceptances.knows(acceptance)) return;
      run.allow('accept');
      acceptances.check(acceptance);
    },
  });
  run.takes('code', (acceptance) => {
    run.allow('code');
    acceptances.check(acceptance);
  });
  run.takes('sign', (order) => checkSignOrder(run, acceptances, order));

  // ── The story ──
  return runToTheEnd(run, story, ended);

  async function story(): Promise<Outcome> {
    await begun(); // 1. create, or take up again; the requester gets the link
    await videoFinished(run, newVideo); //    the signer goes through the video
    await reviewed(run, review()); // 2. approve, or refuse
    uploadBegun = true;
    ({ documents: uploaded, contract } = await documentsUploaded(run)); // 3. upload documents  4. contract
    await signedBySigner(run, acceptances); // 5. code  6. sign
    stored = await archived(run, { documents: uploaded, contract }); // 7. retrieve, store, verify
    return closed(signed()); // 8. delete at the Optimizer, record
  }

  async function begun(): Promise<void> {
    const { reopens } = request;
    if (reopens === undefined) {
      const made = await create();
      if (made !== undefined) takeOver(made);
      return;
    }
    const { value } = await steps.run('create', (activities) => activities.adopt(key, reopens), {
      summary: 'continue what the earlier attempt left open',
    });
    takeOver(value, 'reopened');
  }

  function takeOver(made: Created, how = 'created'): void {
    const { videoidPk, requestPk, status } = made;
    ids = { videoidPk, requestPk };
    state.identified(made.identity);
    state.ids = ids;
    state.providerStatus = status;
    state.videoFinished ||= made.videoFinished ?? false;
    uploadedBefore = made.uploaded ?? false;
    state.happened(how, { requestPk, videoidPk, round: state.round });
  }

  /** If a create is in doubt, all creates of the same video are checked. */
  function create(caller?: Caller): Promise<Created | undefined> {
    const since = state.round + 1; // the number of the first create of this video
    const creating = {
      create: (activities: SignatureActivities, round: number, before: RequestPk | undefined) =>
        activities.create(key, { round, since, ...defined({ before }) }),
      adopt: (activities: SignatureActivities, found: ProviderIds) => activities.adopt(key, found),
      retryIsAnotherRound: true,
      summary: since === 1 ? 'create the video identification request' : 'create another video identification request',
    };
    return created<Created>(run, creating, caller);
  }

  async function newVideo(caller?: Caller): Promise<void> {
    const before = run.requestPk;
    const made = await create(caller);
    if (made === undefined) return;
    takeOver(made);
    await withdrawn(run, before);
    upsertSearchAttributes([{ key: requestPkAttribute, value: run.requestPk }]);
  }

  function review(): Review {
    const both = ids;
    if (!both) throw new Error('the request is not created yet');
    return {
      approved: uploadedBefore ? ['ENROLLREADY', 'ISSUED'] : ['ENROLLREADY'],
      approve: (activities, order) => activities.approve(key, { ...both, ...order }),
      refuse: (activities, order) => activities.refuse(key, { ...both, ...order }),
    };
  }

  /** If files are missing or did not pass, nothing is deleted: the provider may have the only copies. */
  function signed(): Outcome {
    const { unseen, ...files } = stored;
    const outcome = outcomeOf(run, 'signed', files.missing ? 'signed-files-missing' : 'signed', { kind: 'signer' });
    return { ...outcome, cleanup: files.missing || unseen ? 'left' : 'done', ...files };
  }

  /** After the upload has begun, every end reads the request first. At ISSUED it ends as signed, whatever ended it. */
  async function ended(ending: Ending): Promise<Outcome> {
    run.enter('cleaning');
    run.deadline.clear();
    const status = uploadBegun ? await statusAtEnd(run) : state.providerStatus;
    if (status === 'ISSUED' && uploaded.length > 0) {
      state.happened('end-overruled', { outcome: ending.kind, reason: ending.reason }, ending.actor);
      stored = await archived(run, { documents: uploaded, contract });
      return closed(signed());
    }
    const unlessFinished = !state.videoFinished;
    const withdrawal =
      state.ids !== undefined && status !== 'CANCELLED'
        ? await withdrawn(run, run.requestPk, { unlessFinished })
        : undefined;
    const open = withdrawal?.closed === false;
    const decided = status === 'CANCELLED' || foundCancelled(withdrawal) ? endFound(run, ending) : ending;
    const outcome = outcomeOf(run, decided.kind, decided.reason, decided.actor, decided.words);
    const cleaning = { ...outcome, cleanup: uploadBegun ? 'done' : 'none' } as const;
    if (!open) return closed(cleaning);
    const left = await closed({ ...cleaning, leftOpen: true });
    await watchForLateVideo({ key, requestPk: run.requestPk, seen: status ?? '', policy: request.policy });
    return left;
  }

  /** Deletes at the Optimizer and records the outcome. If deleting takes longer than minutes, a workflow of its own goes on. */
  async function closed(outcome: Outcome): Promise<Outcome> {
    closing(run, outcome);
    if (!uploadBegun || outcome.cleanup === 'left') return recorded(run, outcome);
    const left = { requestPks: [run.requestPk], uids: uploaded.map(({ uid }) => uid) };
    const cleaned = await steps.run(
      'clean',
      (activities) => activities.clean(key, { ...left, outcome, events: state.events }),
      { summary: 'delete the copies at the Optimizer, record the outcome', mayEnd: 'never', failsOn: () => true },
    );
    return cleaned.end === 'done' ? outcome : cleanedLater(run, outcome, left);
  }
}
