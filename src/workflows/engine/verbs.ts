import type { Flow, ProviderStatus } from '../../messages/request.js';
import type { Stage } from '../../messages/status.js';
import { type OrderName, type Verb, VERBS } from '../../messages/verbs.js';
import { mayCorrectCreate } from './create-doubt.js';
import { ANSWERED_BY_THE_STORY } from './inbox.js';
import type { RequestState } from './request-state.js';

/** The status in which the registration authority's decision is awaited. */
export const DECISION_AWAITED = { signature: 'VIDEOREVIEW', enrolment: 'CREATED' } as const satisfies Record<
  Flow,
  ProviderStatus
>;

/** The stages in which the signer may say that they cannot go on. */
const WITH_THE_SIGNER = new Set<Stage>(['video', 'acceptance', 'code', 'completing', 'issuing']);

/** The stages after the video in which a person can still act on the signer's identity. */
const SIGNER_SEEN = new Set<Stage>(['validation', 'completing', 'review', 'preparing', 'acceptance', 'code']);

/** While the story waits for an operator's decision, or carries out a step, it answers no other order than `resolve`. */
const NOT_ANSWERED_NOW = new Set<OrderName | undefined>(ANSWERED_BY_THE_STORY.filter((order) => order !== 'resolve'));

/** The Update that carries out the verb. Undefined if the archive answers. */
export function orderOf(verb: Verb): OrderName | undefined {
  const row: { words: string; order?: OrderName } = VERBS[verb];
  return row.order;
}

/**
 * What a person is offered now. All of it is accepted. While a step is carried out, orders that must wait for it are accepted but
 * not offered.
 *
 * @param deadline when it passes, ISO 8601; undefined while none runs
 */
export function verbsOffered(state: RequestState, deadline: string | undefined): Verb[] {
  const accepted = verbsOf(state, deadline);
  if (state.underWay === undefined) return accepted;
  const offered = accepted.filter((verb) => !NOT_ANSWERED_NOW.has(orderOf(verb)));
  return state.takesDecision ? offered : offered.filter((verb) => verb !== 'resolve');
}

/** The verbs whose orders are accepted now. */
export function verbsOf(state: RequestState, deadline: string | undefined): Verb[] {
  const verbs = verbsOfStage(state, deadline);
  if (state.attention?.awaits !== 'operator') return verbs;
  const others = verbs.filter((verb) => !NOT_ANSWERED_NOW.has(orderOf(verb)));
  return mayCorrectCreate(state) ? ['correct', ...others] : others;
}

/** What a person may do in this stage, if no operator is awaited. */
export function verbsOfStage(state: RequestState, deadline: string | undefined): Verb[] {
  if (state.stage === 'ended') return [];
  return (Object.keys(MAY) as Verb[]).filter((verb) => MAY[verb](state, deadline));
}

/** The condition of each verb, in the order in which people see them. */
const MAY: Record<Verb, (state: RequestState, deadline: string | undefined) => boolean> = {
  link: ({ stage }) => stage === 'video',
  'new-video': ({ stage }) => stage === 'video',
  provide: ({ stage }) => stage === 'completing',
  'preauth-link': ({ stage, request }) =>
    stage === 'issuing' && 'preauthLink' in request && request.preauthLink === true,
  approve: officerDecides,
  refuse: (state) => officerDecides(state) || (state.stage === 'validation' && state.request.refuseVideo === true),
  correct: (state) => state.stage === 'video' || (isUndecided(state) && state.request.key.flow === 'signature'),
  identity: ({ stage }) => SIGNER_SEEN.has(stage),
  documents: signerAccepts,
  contract: signerAccepts,
  accept: signerAccepts,
  code: signerAccepts,
  sign: ({ stage, acceptedAt }) => stage === 'code' || (stage === 'acceptance' && acceptedAt !== undefined),
  resolve: ({ attention }) => attention !== undefined,
  extend: (_state, deadline) => deadline !== undefined,
  abandon: ({ stage }) => WITH_THE_SIGNER.has(stage),
  cancel: ({ stage }) => stage !== 'archiving' && stage !== 'cleaning',
};

/** Whether the provider still awaits the decision. In any other status it has nothing to decide. */
function isUndecided({ stage, request, providerStatus }: RequestState): boolean {
  return stage === 'review' && providerStatus === DECISION_AWAITED[request.key.flow];
}

function officerDecides(state: RequestState): boolean {
  return isUndecided(state) && state.decidedBy === 'manual' && !state.approved;
}

function signerAccepts({ stage, toAccept }: RequestState): boolean {
  return toAccept !== undefined && (stage === 'acceptance' || stage === 'code');
}
