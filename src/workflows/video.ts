import { setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import type { ProviderStatus } from '../messages/request.js';
import { unexpected, VIDEO_FAILED } from './attentions.js';
import { endedAtProvider } from './endings.js';
import { type Teller, told } from './inbox.js';
import { newVideoUpdate } from './messages.js';
import type { RequestRun } from './request-run.js';
import { requestPkAttribute, stageAttribute } from './search-attributes.js';

/** After these another video, or other data for it, comes too late. */
const OVER = new Set<ProviderStatus>(['VIDEOREVIEW', 'ENROLLREADY', 'CREATED', 'ISSUED', 'CANCELLED']);

/** The signer goes through the video identification, or does not. `newVideo` makes another video request in this request. */
export async function videoFinished(run: RequestRun, newVideo: (asked?: Teller) => Promise<void>): Promise<void> {
  const { state, steps, inbox } = run;
  setHandler(newVideoUpdate, (order) => inbox.ask('newVideo', order), {
    validator: (_order) => run.allow('new-video'),
  });
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
        steps.leaveAttention();
        return;
      case 'CANCELLED':
        throw endedAtProvider(state);
      case 'VIDEOERROR':
        if (waitedOn !== 'VIDEOERROR') steps.enterAttention('wait', VIDEO_FAILED, ['wait', 'new-video', 'cancel']);
        break;
      case 'VIDEOPENDING':
      case 'VIDEOINCOMPLETE':
        steps.leaveAttention();
        break;
      case undefined:
      default:
        if (waitedOn !== state.providerStatus)
          steps.enterAttention('wait', unexpected(state.providerStatus), ['wait', 'cancel']);
    }
    const decided = await run.statusChanged('watch the provider until the video is finished', 'video-deadline', {
      until: () => inbox.has('newVideo') || inbox.has('correct'),
    });
    const remedy = decided?.resolution.remedy;
    if (remedy === 'wait') {
      waitedOn = state.providerStatus ?? '';
      steps.leaveAttention();
    }
    const resolving = remedy === 'new-video' ? decided?.asked : undefined;
    if (OVER.has(state.providerStatus ?? '')) {
      // What the signer has finished at this moment is not thrown away for another video.
      resolving?.fail(told('NOT_NOW', `The provider says ${state.providerStatus} at this moment.`));
      continue;
    }
    const asked = inbox.take('newVideo');
    if (asked || resolving) {
      await newVideo(asked ?? resolving);
      if (asked?.settled === false) asked.answer({ requestPk: run.requestPk });
      if (resolving?.settled === false) resolving.answer({ stage: state.stage });
      run.deadline.start(run.request.policy.deadlines.video);
    }
    await correctData(run);
  }
}

/** The signer's e-mail or phone was wrong: possible only before the video is finished. */
async function correctData(run: RequestRun): Promise<void> {
  const asked = run.inbox.take('correct');
  if (!asked) return;
  const { number, reason, actor } = asked.question;
  const { key } = run.request;
  const { requestPk } = run;
  const { status } = await run.steps.run('correct', (activities) => activities.correct(key, { requestPk, number }), {
    summary: "correct the signer's data at the provider",
    asked,
    answers: (failure) => {
      if (failure.temporary) return undefined;
      asked.fail(told(failure.code, failure.words));
      return { status: run.state.providerStatus ?? '' };
    },
  });
  if (asked.settled) return;
  run.state.happened('corrected', { number, reason }, actor);
  asked.answer({ status });
}
