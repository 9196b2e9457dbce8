import { setHandler } from '@temporalio/workflow';
import type { Retrieved, SignatureActivities, UploadedDocument } from '../messages/activities.js';
import type { Outcome } from '../messages/outcome.js';
import type { ProviderIds, SignatureRequest } from '../messages/request.js';
import type { Acceptance } from '../messages/steering.js';
import { Acceptances } from './acceptances.js';
import { watchForLateVideo } from './late-video.js';
import { archived } from './archiving.js';
import { OtherVideos, type Videos } from './another-video.js';
import { created } from './creating.js';
import type { Ending } from './engine/endings.js';
import { updateOf } from './engine/messages.js';
import { RequestRun } from './engine/request-run.js';
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
import { checkSignOrder, noteSigned, signedBySigner } from './signing.js';
import { documentsUploaded } from './uploading.js';
import { videoFinished } from './video.js';

type Created = Awaited<ReturnType<SignatureActivities['adopt']>>;

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
  let uploadBegun = false;
  let uploaded: UploadedDocument[] = [];
  let contract = { sha256: '', size: 0 };
  let stored: Retrieved = { documents: [] };
  const creating: Videos<Created> = {
    create: (activities, order, journal) => activities.create(key, order, journal),
    adopt: (activities, found, journal) => activities.adopt(key, found, journal),
    retryIsAnotherRound: true,
    summary: (round) => `create ${round === 1 ? 'the' : 'another'} video identification request`,
    takeOver,
  };
  const videos = new OtherVideos(run, creating);

  // ── Handlers: they record orders, the story acts ──
  setCommonHandlers(run, videos);
  run.takes('review', ({ decision }) => run.allow(decision));
  setHandler(updateOf('accept'), (acceptance) => run.answering(() => accepted(acceptance)), {
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

  function accepted(acceptance: Acceptance) {
    const answer = acceptances.record(acceptance);
    run.journal.tell();
    return answer;
  }

  // ── The story ──
  return runToTheEnd(run, story, ended);

  async function story(): Promise<Outcome> {
    await begun(); // 1. create, or take up again; the requester gets the link
    await videoFinished(run, videos); //    the signer goes through the video
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
      const made = await created<Created>(run, creating);
      if (made !== undefined) takeOver(made);
      return;
    }
    const { value } = await steps.run('create', (activities, journal) => activities.adopt(key, reopens, journal), {
      summary: 'continue what the earlier attempt left open',
    });
    takeOver(value, 'reopened');
  }

  function takeOver(made: Created, how = 'created'): void {
    const { videoidPk, requestPk, status } = made;
    ids = { videoidPk, requestPk };
    state.recall(made.ours);
    state.identified(made.identity);
    state.ids = ids;
    state.providerStatus = status;
    state.videoFinished ||= made.videoFinished ?? false;
    state.happened(how, { requestPk, videoidPk, round: state.round });
  }

  function review(): Review {
    const both = ids;
    if (!both) throw new Error('the request is not created yet');
    return {
      // Temporal may have forgotten, or an older copy may not know, that it is signed already.
      approved: ['ENROLLREADY', 'ISSUED'],
      approve: (activities, order, journal) => activities.approve(key, { ...both, ...order }, journal),
      refuse: (activities, order, journal) => activities.refuse(key, { ...both, ...order }, journal),
    };
  }

  /** If files are missing or did not pass, nothing is deleted: the provider may have the only copies. */
  function signed(): Outcome {
    const { unseen, ...files } = stored;
    const outcome = outcomeOf(run, 'signed', files.missing ? 'signed-files-missing' : 'signed', { kind: 'signer' });
    return { ...outcome, cleanup: files.missing || unseen ? 'left' : 'done', ...files };
  }

  /** What is signed at the provider ends as signed, whatever ended it. After the upload has begun, every end reads the request first. */
  async function ended(ending: Ending): Promise<Outcome> {
    run.enter('cleaning');
    run.deadline.clear();
    await videos.takeUpCutCreate();
    const status = uploadBegun ? await statusAtEnd(run) : state.providerStatus;
    if (status === 'ISSUED') return signedAfterAll(ending);
    const keeps = state.videoFinished || ending.discardsVideo ? undefined : 'perhaps-finished';
    const withdrawal =
      state.ids !== undefined && status !== 'CANCELLED'
        ? await withdrawn(run, run.requestPk, { keeps, ending })
        : undefined;
    if (withdrawal?.status === 'ISSUED') return signedAfterAll(ending);
    const open = withdrawal?.closed === false;
    const decided = status === 'CANCELLED' || foundCancelled(withdrawal) ? endFound(run, ending) : ending;
    const outcome = outcomeOf(run, decided.kind, decided.reason, decided.actor, decided.words);
    const notKnown = withdrawal?.notKnown ? ({ notKnown: true } as const) : {};
    const cleaning = { ...outcome, cleanup: uploadBegun ? 'done' : 'none', ...notKnown } as const;
    if (!open) return closed(cleaning);
    const left = await closed({ ...cleaning, leftOpen: true });
    await watchForLateVideo({ key, requestPk: run.requestPk, seen: status ?? '', policy: request.policy });
    return left;
  }

  async function signedAfterAll({ kind, reason, actor }: Ending): Promise<Outcome> {
    state.see({ status: 'ISSUED' }, 'poll');
    state.happened('end-overruled', { outcome: kind, reason }, actor);
    noteSigned(run);
    uploadBegun = true;
    stored = await archived(run, { documents: uploaded, contract });
    return closed(signed());
  }

  /** Deletes at the Optimizer and records the outcome. If deleting takes longer than minutes, a workflow of its own goes on. */
  async function closed(outcome: Outcome): Promise<Outcome> {
    closing(run, outcome);
    if (!uploadBegun || outcome.cleanup === 'left') return recorded(run, outcome);
    const left = { requestPks: [run.requestPk], uids: uploaded.map(({ uid }) => uid) };
    const cleaned = await steps.run(
      'clean',
      (activities, journal) => activities.clean(key, { ...left, outcome }, journal),
      {
        summary: 'delete the copies at the Optimizer, record the outcome',
        mayEnd: 'never',
        last: true,
        failsOn: () => true,
      },
    );
    return cleaned.end === 'done' ? outcome : cleanedLater(run, outcome, left);
  }
}
