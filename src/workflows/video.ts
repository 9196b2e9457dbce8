import { type ApplicationFailure, upsertSearchAttributes } from '@temporalio/workflow';
import type { ProviderStatus } from '../messages/request.js';
import { unexpected, VIDEO_FAILED } from './attention-words.js';
import { corrected } from './correcting.js';
import { videoKept } from './discarding.js';
import { callFailure } from './engine/call-failure.js';
import { endedAtProvider } from './engine/endings.js';
import type { Caller } from './engine/inbox.js';
import type { RequestRun } from './engine/request-run.js';
import { requestPkAttribute, stageAttribute } from './engine/search-attributes.js';

/** In these statuses it is too late for another video, or for other data for it. */
const OVER = new Set<ProviderStatus>(['VIDEOREVIEW', 'ENROLLREADY', 'CREATED', 'ISSUED', 'CANCELLED']);

function tooLate(status: ProviderStatus): ApplicationFailure {
  if (status !== 'CANCELLED') return videoKept(status, 'No other video was made.');
  return callFailure('NOT_NOW', 'The provider says CANCELLED at this moment.');
}

/** Waits for the signer's video identification. `newVideo` makes another video request in the same request. */
export async function videoFinished(run: RequestRun, newVideo: (caller?: Caller) => Promise<void>): Promise<void> {
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
    switch (state.providerStatus) {
      case 'VIDEOREVIEW':
      case 'ENROLLREADY':
      case 'CREATED':
      case 'ISSUED':
        attention.clear();
        return;
      case 'CANCELLED':
        throw endedAtProvider(state);
      case 'VIDEOERROR':
        if (waitedOn !== 'VIDEOERROR') attention.set('wait', VIDEO_FAILED, ['wait', 'new-video', 'cancel']);
        break;
      case 'VIDEOPENDING':
      case 'VIDEOINCOMPLETE':
        attention.clear();
        break;
      case undefined:
      default:
        if (waitedOn !== state.providerStatus)
          attention.set('wait', unexpected(state.providerStatus), ['wait', 'cancel']);
    }
    const decided = await run.statusChanged('watch the provider until the video is finished', 'video-deadline', {
      until: () => inbox.has('new-video') || inbox.has('correct'),
    });
    const remedy = decided?.resolution.remedy;
    if (remedy === 'wait') {
      waitedOn = state.providerStatus ?? '';
      attention.clear();
    }
    const resolving = remedy === 'new-video' ? decided?.call : undefined;
    if (OVER.has(state.providerStatus ?? '')) {
      for (const caller of [resolving, inbox.take('new-video')]) caller?.fail(tooLate(state.providerStatus ?? ''));
      continue;
    }
    const call = inbox.take('new-video');
    if (call || resolving) {
      await newVideo(call ?? resolving);
      if (OVER.has(state.providerStatus ?? '')) continue; // the caller knows
      call?.answer({ requestPk: run.requestPk });
      resolving?.answer({ stage: state.stage });
      run.deadline.start(run.request.policy.deadlines.video);
    }
    await corrected(run);
  }
}
