import { type ApplicationFailure, upsertSearchAttributes } from '@temporalio/workflow';
import type { ProviderStatus } from '../messages/request.js';
import { unexpected, VIDEO_FAILED } from './attention-words.js';
import { corrected } from './correcting.js';
import { videoKept } from './discarding.js';
import { callFailure } from './engine/call-failure.js';
import { endedAtProvider } from './engine/endings.js';
import type { RequestRun } from './engine/request-run.js';
import { earlierFinished, type OtherVideos } from './another-video.js';
import { requestPkAttribute, stageAttribute } from './engine/search-attributes.js';

/** In these statuses it is too late for another video, or for other data for it. */
const OVER = new Set<ProviderStatus>(['VIDEOREVIEW', 'ENROLLREADY', 'CREATED', 'ISSUED', 'CANCELLED']);

function tooLate(status: ProviderStatus): ApplicationFailure {
  if (status !== 'CANCELLED') return videoKept(status, 'No other video was made.');
  return callFailure('NOT_NOW', 'The provider says CANCELLED at this moment.');
}

type Others = Pick<OtherVideos<never>, 'finished' | 'makeAnother' | 'goBackTo'>;

/** Waits for the signer's video identification. Meanwhile another video request may be made in the same request. */
export async function videoFinished(run: RequestRun, others: Others): Promise<void> {
  const { state, attention, inbox } = run;
  run.takes('new-video', () => run.allow('new-video'));
  run.enter('video');
  upsertSearchAttributes([
    { key: stageAttribute, value: 'video' },
    { key: requestPkAttribute, value: run.requestPk },
  ]);
  run.deadline.start(run.request.policy.deadlines.video);
  let waitedOn = '';
  for (;;) {
    const { finished: earlier } = others;
    const present = state.providerStatus ?? '';
    if (present === 'CANCELLED') throw endedAtProvider(state);
    if (OVER.has(present)) return attention.clear();
    if (earlier !== undefined) attention.set('wait', earlierFinished(earlier), ['adopt', 'wait', 'cancel']);
    else if (present === 'VIDEOPENDING' || present === 'VIDEOINCOMPLETE') attention.clear();
    else if (waitedOn === present) attention.clear();
    else if (present === 'VIDEOERROR') attention.set('wait', VIDEO_FAILED, ['wait', 'new-video', 'cancel']);
    else attention.set('wait', unexpected(state.providerStatus), ['wait', 'cancel']);
    const decided = await run.statusChanged('watch the provider until the video is finished', 'video-deadline', {
      until: () => inbox.has('new-video') || inbox.has('correct') || others.finished !== earlier,
    });
    const { remedy, ...order } = decided?.resolution ?? {};
    if (remedy === 'wait') {
      if (earlier === undefined) waitedOn = state.providerStatus ?? '';
      if (others.finished === earlier) others.finished = undefined;
    }
    const resolving = remedy === 'new-video' ? decided?.call : undefined;
    if (OVER.has(state.providerStatus ?? '')) {
      for (const caller of [resolving, inbox.take('new-video')]) caller?.fail(tooLate(state.providerStatus ?? ''));
      continue;
    }
    if (remedy === 'adopt' && earlier !== undefined) {
      await others.goBackTo(earlier.ids);
      continue;
    }
    const call = inbox.take('new-video');
    if (call || resolving) {
      const before = run.requestPk;
      await others.makeAnother(call?.order ?? order, call ?? resolving);
      if (run.requestPk === before) continue; // nothing was made, or the earlier one is finished: the caller knows
      call?.answer({ requestPk: run.requestPk });
      resolving?.answer({ stage: state.stage });
      run.deadline.start(run.request.policy.deadlines.video);
    }
    await corrected(run);
  }
}
