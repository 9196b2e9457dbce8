import type { IdentityWord } from '../../messages/identity.js';
import { defined } from '../../messages/defined.js';
import { workflowIdOf } from '../../messages/request.js';
import {
  ACCEPTED_WORDS,
  type Attention,
  FLOW_STAGES,
  type RequestStatus,
  STAGE_WORDS,
  type Stage,
} from '../../messages/status.js';
import type { RequestState } from './request-state.js';
import { verbsOf } from './verbs.js';

const IDENTITY_WORDS: Record<Exclude<IdentityWord, 'as-expected'>, string> = {
  different: 'The document number is not the expected one',
  'not-shown': 'The provider shows no document number to compare with the expected one',
};

/**
 * The answer to the `status` query.
 *
 * @param deadline when it passes, ISO 8601; undefined while none runs
 */
export function statusOf(state: RequestState, deadline: string | undefined): RequestStatus {
  const { key, reviewMode } = state.request;
  const { attention, acceptedAt, toAccept, toReview, identity, missing, outcome, notAccepted, sentAt } = state;
  return {
    reference: key.reference,
    attempt: key.attempt,
    workflowId: workflowIdOf(key),
    flow: key.flow,
    registrationAuthority: key.registrationAuthority,
    reviewMode,
    stage: state.stage,
    words: wordsOf(state),
    since: new Date(state.since).toISOString(),
    endsBy: endsBy(state, deadline),
    verbs: verbsOf(state, deadline),
    provider: { ...state.ids, ...defined({ status: state.providerStatus, readAt: state.readAt }) },
    code: { notAccepted, ...defined({ sentAt }) },
    ...defined({ deadline, attention, acceptedAt, toAccept, toReview, identity, missing, outcome }),
    events: state.events,
  };
}

/** The checklist in the Temporal UI: every stage, the current wait and what ends it. */
export function checklist(state: RequestState, deadline: string | undefined): string {
  const stages = FLOW_STAGES[state.request.key.flow];
  const current = state.stage === 'ended' ? stages.length : stages.indexOf(state.stage);
  const lines = stages.map((stage, place) => {
    const sign = place < current ? '✓' : place === current ? '▶' : '·';
    return `${sign} ${place === current ? `**${stageWords(state, stage)}**` : STAGE_WORDS[stage]}`;
  });
  if (state.outcome) lines.push(`■ ended: **${state.outcome.kind}** (${state.outcome.reason})`);
  const ends = endsBy(state, deadline);
  if (ends.length > 0) lines.push('', 'What ends the wait:', ...ends.map((item) => `- ${item}`));
  if (state.attention) {
    const { code, words, since, remedies } = state.attention;
    lines.push('', `⚠ **${code}** since ${since}: ${words}`, `What you can do: ${remedies.join(', ')}`);
  }
  return lines.join('\n');
}

/** The words of the attention. If the signer has signed, they say that first. */
export function wordsOf(state: RequestState): string {
  const { attention, stage, identity } = state;
  if (attention !== undefined)
    return stage === 'archiving' ? `${STAGE_WORDS.archiving}. ${attention.words}` : attention.words;
  const unlike = stage === 'review' && identity !== 'as-expected' ? identity : undefined;
  const words = stageWords(state, stage);
  return unlike === undefined ? words : `${words}. ${IDENTITY_WORDS[unlike]}`;
}

function stageWords(state: RequestState, stage: Stage): string {
  return stage === 'acceptance' && stage === state.stage && state.acceptedAt ? ACCEPTED_WORDS : STAGE_WORDS[stage];
}

function endsBy(state: RequestState, deadline: string | undefined): string[] {
  const { attention } = state;
  const ends = endsByPeople(state);
  if (ends.length > 0 && deadline !== undefined) ends.push(`the deadline at ${deadline}`);
  if (attention?.leavesByItself) ends.push(leavesBy(attention));
  if (attention) ends.push(`an operator's decision: ${attention.remedies.join(', ')}`);
  return ends;
}

function endsByPeople({ stage, missing, decidedBy, acceptedAt }: RequestState): string[] {
  switch (stage) {
    case 'video':
      return ['the signer finishes the video behind the link'];
    case 'validation':
      return ["the provider's certified operator validates or refuses"];
    case 'completing':
      return [`the requester provides: ${missing?.join(', ') ?? 'what is missing'}`];
    case 'issuing':
      return ['the signer picks up the certificate behind the link in the e-mail'];
    case 'review':
      return {
        manual: ['an officer approves or refuses', "a decision in the provider's console"],
        'at-provider': ["the RAO's decision in the provider's console"],
        automatic: ['the approval that is under way'],
      }[decidedBy];
    case 'acceptance':
      return acceptedAt === undefined
        ? ['the signer accepts the documents, and asks for a code or signs in another way']
        : ['the signer asks for a code', 'the signer signs in another way'];
    case 'code':
      return ['the signer types the code', 'the signer asks for another code'];
    case 'creating':
    case 'preparing':
    case 'archiving':
    case 'cleaning':
    case 'ended':
      return [];
  }
}

/** What ends the trouble: a step needs a successful try. An awaited status comes from people at the provider. */
function leavesBy({ step, code }: Attention): string {
  const awaited =
    step === 'wait' || code === 'APPROVAL_INCOMPLETE' || code === 'SIGNER_UNEXPECTED' || code === 'STATUS_UNEXPECTED';
  return awaited ? 'another status at the provider' : 'the next try that succeeds';
}
