import { defined } from '../../messages/defined.js';
import type { Stand } from '../../messages/journal.js';
import { withMoments } from '../../messages/moments.js';
import { workflowIdOf } from '../../messages/request.js';
import { FLOW_STAGES, type RequestStatus, STAGE_WORDS } from '../../messages/status.js';
import { endsBy } from './ends-by.js';
import type { RequestState } from './request-state.js';
import { verbsOffered } from './verbs.js';
import { causeOf, waitingWords, wordsOf } from './waiting-words.js';

/** The answer to the `status` query. */
export function statusOf(state: RequestState, deadline: string | undefined): RequestStatus {
  const { key, reviewMode } = state.request;
  const { outcome, events } = state;
  return {
    reference: key.reference,
    attempt: key.attempt,
    workflowId: workflowIdOf(key),
    flow: key.flow,
    registrationAuthority: key.registrationAuthority,
    reviewMode,
    ...standOf(state, deadline),
    events: events.map((event, place) => ({ ...event, number: place + 1 })),
    event: events.length,
    asOf: new Date().toISOString(),
    ...defined({ outcome }),
  };
}

/**
 * Where the request stands, for everybody who reads it in the archive.
 *
 * @param deadline when it passes, ISO 8601; undefined while none runs
 */
export function standOf(state: RequestState, deadline: string | undefined): Stand {
  const { attention, acceptedAt, toAccept, toReview, identity, missing, notAccepted, sentAt } = state;
  return {
    stage: state.stage,
    words: wordsOf(state, deadline),
    since: new Date(state.since).toISOString(),
    endsBy: endsBy(state, deadline),
    verbs: verbsOffered(state, deadline),
    provider: { ...state.ids, ...defined({ status: state.providerStatus, readAt: state.readAt }) },
    code: { notAccepted, ...defined({ sentAt }) },
    ...defined({ deadline, attention, acceptedAt, toAccept, toReview, identity, missing }),
    ...defined({ cause: causeOf(state), underWay: state.underWay }),
  };
}

/** The checklist in the Temporal UI: every stage, the current wait and what ends it. */
export function checklist(state: RequestState, deadline: string | undefined): string {
  const stages = FLOW_STAGES[state.request.key.flow];
  const current = state.stage === 'ended' ? stages.length : stages.indexOf(state.stage);
  const lines = stages.map((stage, place) => {
    const sign = place < current ? '✓' : place === current ? '▶' : '·';
    return `${sign} ${place === current ? `**${waitingWords(state, deadline)}**` : STAGE_WORDS[stage]}`;
  });
  if (state.outcome) lines.push(`■ ended: **${state.outcome.kind}** (${state.outcome.reason})`);
  const ends = endsBy(state, deadline);
  if (ends.length > 0) lines.push('', 'What ends the wait:', ...ends.map((item) => `- ${item}`));
  if (state.attention) {
    const { code, words, since, remedies } = state.attention;
    lines.push('', `⚠ **${code}** since ${since}: ${words}`, `What you can do: ${remedies.join(', ')}`);
  }
  return withMoments(lines.join('\n'));
}
