import { unexpected } from './attention-words.js';
import { forgetCause, markDecision } from './decision-mark.js';
import { endedAtProvider } from './engine/endings.js';
import type { RequestRun } from './engine/request-run.js';
import { answerOfficer, type Review } from './review.js';

/**
 * The provider's certified operator validates the video in the provider's own systems. No callback for CREATED is documented
 * (§6), so the slow reads must find it. Natural persons go to ENROLLREADY, other profiles to CREATED.
 */
export async function validated(run: RequestRun, review: Review): Promise<void> {
  const { state, attention, inbox } = run;
  if (state.providerStatus === 'VIDEOREVIEW') {
    run.enter('validation');
    run.deadline.start(run.request.policy.deadlines.review);
  }
  for (;;) {
    switch (state.providerStatus) {
      case 'ENROLLREADY':
      case 'ISSUED':
      case 'CREATED':
        attention.clear();
        state.happened('validated', { status: state.providerStatus }, { kind: 'provider' });
        return;
      case 'CANCELLED':
        throw endedAtProvider(state);
      case 'VIDEOREVIEW':
      case 'VIDEOINCOMPLETE':
        markDecision(run);
        break;
      case undefined:
      default:
        attention.set('wait', unexpected(state.providerStatus));
    }
    const resolved = await run.statusChanged(
      'watch the provider until its operator has validated',
      'validation-deadline',
      { until: () => inbox.has('review') },
    );
    if (resolved?.resolution.remedy === 'retry') forgetCause(state);
    if (inbox.has('review')) await answerOfficer(run, review);
  }
}
